"""LoRA: low-rank updates of linear modules."""

from typing import Annotated

from pydantic import Field
from torch import nn

from heldout.runtime.component import component
from heldout.runtime.components.tunings.contract import Settings, adapted, task_type


@component
def lora(
    network: nn.Module,
    *,
    rank: Annotated[int, Field(ge=1)] = 16,
    alpha: Annotated[float, Field(gt=0)] = 32.0,
    modules: str = ".*",
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0,
    rank_stabilized: bool = False,
    decomposed: bool = False,
) -> Settings:
    """Low-rank updates of linear modules: W x + alpha / rank B A x, of which A and B are trained.

    Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models" (arXiv:2106.09685), section 4.1,
    equation 3; rank-stabilized, with alpha / sqrt(rank), Kalajdzievski 2023 (arXiv:2312.03732), equation 4;
    decomposed into magnitude and direction, Liu et al. 2024, "DoRA" (arXiv:2402.09353), equation 5.
    Differs from the papers: all linear modules but the head by default, not those of attention alone; A is
    drawn as `nn.Linear` draws its weights, as in the first paper's code, and not from a normal distribution.

    Args:
        rank: of every update.
        alpha: by which an update is scaled, over the rank.
        modules: regular expression that the whole name of a linear module matches to be adapted, such as
            `.*(q_proj|v_proj)`.
        dropout: probability, of what an update is given.
        rank_stabilized: scale by alpha / sqrt(rank).
        decomposed: DoRA: train the length of each row of the weights too, and their direction by the update.

    Raises:
        ValueError: no linear module has such a name.
    """
    return {
        "peft_type": "LORA",
        "task_type": task_type(network),
        "r": rank,
        "lora_alpha": alpha,
        "lora_dropout": dropout,
        "target_modules": adapted(network, modules),
        "use_rslora": rank_stabilized,
        "use_dora": decomposed,
    }
