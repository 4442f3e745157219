"""A language model trained on rows of tokens without padding: minibatches, losses, what is tuned."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from heldout.runtime.artifacts import Table
from heldout.runtime.asking.learnt_tokens import TokenRows
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.language_training.low_rank_tuning import LowRank
from heldout.runtime.language_training.token_batches import RowBatches, laid
from heldout.runtime.language_training.token_losses import learnt_loss
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.hub_language_model import HubLanguageModel
from heldout.runtime.randomness import stable_seed, torch_stream
from heldout.runtime.training.fit import fit
from heldout.runtime.training.plan import Plan


@dataclass(frozen=True)
class Tuning:
    """What is trained of a network, and how its rows are read; parameters of `train/language-model`."""

    tune: Literal["all", "lora"]
    rank: int
    alpha: float
    modules: str
    batch_size: int
    batch_tokens: int | None
    pack: bool
    recompute: bool
    seed: int

    @property
    def as_usual(self) -> bool:
        """Whether nothing is asked for that rows of padded tokens are not trained with."""
        return self.tune == "all" and self.batch_tokens is None and not (self.pack or self.recompute)


def train_on_rows(
    module: CausalNetwork,
    rows: TokenRows,
    plan: Plan,
    tuning: Tuning,
    checkpoint: Checkpoint,
    micro_batch: int | None,
) -> Table:
    """Train in place; the curve, metric `loss` by step, the mean over a minibatch's learnt tokens, nats.

    With LoRA and bfloat16 the frozen weights are held in bfloat16 too, and the updates in float32.

    Raises:
        ValueError: the network is none of transformers and more is asked of it, or packed rows see each other
            in it; a row is longer than a batch.
    """
    device = compute_device()
    hub = isinstance(module, HubLanguageModel)
    if not hub and (tuning.pack or tuning.recompute or tuning.tune == "lora"):
        raise ValueError("`pack`, `recompute` and `tune: lora` are for networks of transformers")
    if tuning.tune == "lora" and plan.precision == "bfloat16":
        module.to(torch.bfloat16)
    module.to(device).eval()
    if isinstance(module, HubLanguageModel):
        _prepare(module, tuning)
    head = module.plain_head() if isinstance(module, HubLanguageModel) else None
    low_rank = None
    trained: dict[str, Tensor] = dict(module.named_parameters())
    if isinstance(module, HubLanguageModel) and tuning.tune == "lora":
        drawn = torch_stream(tuning.seed, "low-rank updates")
        low_rank = LowRank(module.model, tuning.rank, tuning.alpha, tuning.modules, drawn)
        trained = low_rank.trained
    module.train()
    torch.manual_seed(stable_seed(tuning.seed, "dropout"))
    batches = RowBatches(rows.lengths, tuning.batch_size, tuning.batch_tokens, tuning.seed)

    def part_of(numbers: np.ndarray, total: int) -> Tensor:
        return learnt_loss(module, laid(rows, numbers, tuning.pack, device), head) / total

    def losses_at(step: int) -> list[Callable[[], Tensor]]:
        numbers = batches.at(step)
        total = sum(int(rows.row(number)[1].sum()) for number in numbers.tolist())
        size = micro_batch or len(numbers)
        parts = [numbers[start : start + size] for start in range(0, len(numbers), size)]
        return [partial(part_of, part, total) for part in parts]

    with low_rank.on() if low_rank is not None else contextlib.nullcontext():
        curve = fit(trained, losses_at, plan, checkpoint=checkpoint)
    if low_rank is not None:
        low_rank.merge()
    return curve


def _prepare(module: HubLanguageModel, tuning: Tuning) -> None:
    with contextlib.suppress(ValueError, NotImplementedError):  # of a network that has no such attention
        module.model.set_attn_implementation(
            "sdpa"
        )  # not written out: its memory rises with the length alone
    if tuning.pack and not module.tells_packed_rows_apart():
        kind = module.model.config.model_type
        raise ValueError(f"rows that are packed into one see each other in {kind!r}: set `pack: false`")
    if tuning.recompute:
        module.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
