"""Train one LoRA on one task, over a frozen encoder-decoder."""

from typing import Annotated, NamedTuple

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.language.sequence_pairs import SequencePairs, mean_loss, sequence_pairs
from heldout.runtime.models.encoder_decoder import restore_encoder_decoder
from heldout.runtime.models.lora_format import lora_model
from heldout.runtime.models.low_rank import Update, in_full, linear_modules, updated
from heldout.runtime.operator import Metrics, Use, loguniform, operator
from heldout.runtime.randomness import torch_stream
from heldout.runtime.subtype import Of
from heldout.runtime.training.pair_training import train_on_pairs
from heldout.runtime.training.plan import Optimizer


class Adapted(NamedTuple):
    adapter: Model
    curve: Annotated[Table, Metrics("loss")]


@operator(seconds=10.0)
def lora(
    base: Annotated[Model, Of("encoder-decoder")],
    data: Annotated[Dataset, Use.TRAINS, Of("sequences", "prompts", "sums")],
    *,
    checkpoint: Checkpoint,
    rank: Annotated[int, Field(ge=1)] = 16,
    alpha: Annotated[float, Field(gt=0)] = 16.0,
    modules: str = ".*",
    steps: Annotated[int, Field(ge=1)] = 1000,
    batch_size: Annotated[int, Field(ge=1)] = 64,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-1)] = 5e-3,
    optimizer: Optimizer = "adam",
    warmup: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.06,
    record_every: Annotated[int, Field(ge=1)] = 50,
    seed: int = 0,
) -> Annotated[Adapted, Of("adapter")]:
    """Low-rank adaptation of a frozen encoder-decoder to a task.

    Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models" (arXiv:2106.09685),
    section 4.1, equation 3: W x + alpha / rank B A x; on every linear module with rank 16 as in
    Muqeeth et al. 2024 (arXiv:2402.05859), section 4.
    Differs from the paper: on all linear modules and not only those of attention, as the second
    paper does; Adam without weight decay; the last step's adapter is kept.

    Args:
        base: the encoder-decoder, which stays as it is.
        data: prompts and answers (tensors `tokens`, `answer`) of one task or several; the column
            `task` of the rows says which, and names the adapter.
        rank: of every update.
        alpha: the update is scaled by alpha / rank.
        modules: regular expression that the whole name of a linear module matches to be adapted.
        steps: updates of the adapter.
        batch_size: rows in a minibatch, drawn with replacement.
        learning_rate: the highest; it falls linearly to a tenth.
        optimizer: a component of optimizers.
        warmup: part of the steps in which it rises.
        record_every: steps between two points of the curve.
        seed: of the initial A and the minibatches; B starts at 0.

    Returns:
        adapter: A and B of every module, named as in the library peft, with its
            `adapter_config.json`; its config names the task.
        curve: metric `loss` by step, nats a token.

    Raises:
        ValueError: the base is no encoder-decoder, no module matches, a row has no answer, or the
            loss is not a finite number.
    """
    device = compute_device()
    module = restore_encoder_decoder(base).to(device).requires_grad_(False)
    downs, ups = _initial(module, modules, rank, torch_stream(seed, "initialise"), device)

    def loss(pairs: SequencePairs) -> Tensor:
        updates = {name: Update(downs[name][None], alpha / rank * ups[name][None]) for name in downs}
        with updated(module, updates, in_full):
            return mean_loss(module, pairs)

    parameters = {f"{name}.A": value for name, value in downs.items()}
    parameters |= {f"{name}.B": value for name, value in ups.items()}
    curve = train_on_pairs(
        parameters,
        loss,
        sequence_pairs(data).to(device),
        steps=steps,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        warmup=warmup,
        generator=torch_stream(seed, "minibatches"),
        checkpoint=checkpoint,
        record_every=record_every,
    )
    return Adapted(lora_model(_finished(downs), _finished(ups), alpha, task_name(data)), curve)


def task_name(data: Dataset) -> str:
    """The tasks of the rows, joined with commas; empty where they have none."""
    if "task" not in data.rows.column_names:
        return ""
    return ",".join(dict.fromkeys(texts(data.rows["task"])))


def _finished(part: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach().cpu() for name, value in part.items()}


def _initial(
    module: torch.nn.Module, pattern: str, rank: int, generator: torch.Generator, device: torch.device
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """A drawn as `nn.Linear` draws its weights, B zero, so that the first update is none."""
    downs, ups = {}, {}
    for name, linear in linear_modules(module, pattern).items():
        bound = linear.in_features**-0.5
        drawn = torch.rand(rank, linear.in_features, generator=generator) * 2 * bound - bound
        downs[name] = drawn.to(device).requires_grad_()
        ups[name] = torch.zeros(linear.out_features, rank, device=device, requires_grad=True)
    return downs, ups
