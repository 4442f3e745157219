"""The steps of training an encoder of text, with its curve and its checkpoint."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.randomness import stable_seed, torch_stream
from heldout.runtime.training.descent import descend
from heldout.runtime.training.learning_rate import learning_rate_at


class Steps(NamedTuple):
    """How long and how fast an encoder is trained.

    Attributes:
        updates: of the weights.
        learning_rate: of AdamW, the largest.
        warmup: part of the steps in which it rises; afterwards it falls linearly to 0, as in
            sentence-transformers.
        weight_decay: of AdamW.
        record_every: steps between two points of the curve.
        seed: of dropout and of the generator that `loss_of` is given.
    """

    updates: int
    learning_rate: float
    warmup: float
    weight_decay: float
    record_every: int
    seed: int


def train_encoder(
    module: nn.Module, loss_of: Callable[[torch.Generator], Tensor], steps: Steps, checkpoint: Checkpoint
) -> Table:
    """Train in place; the curve, metric `loss` by step.

    Args:
        module: all that is trained, on the device where it computes.
        loss_of: draws a minibatch with the generator and gives its loss, shape [].
        steps: of the training.
        checkpoint: taken up where there is one, saved where the job is asked to stop.

    Raises:
        ValueError: the loss is not a finite number; the step is named.
    """
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=steps.learning_rate, weight_decay=steps.weight_decay, fused=True
    )
    generator = torch_stream(steps.seed, "minibatches")
    torch.manual_seed(stable_seed(steps.seed, "dropout"))
    module.train()
    return descend(
        module.state_dict(),
        lambda step: loss_of(generator),
        optimizer=optimizer,
        steps=steps.updates,
        record_every=steps.record_every,
        checkpoint=checkpoint,
        generator=generator,
        rate_at=lambda step: learning_rate_at(
            step, steps.updates, steps.learning_rate, "linear", steps.warmup
        ),
        clip=1.0,
    )


def drawn_rows(count: int, batch_size: int, generator: torch.Generator) -> Tensor:
    """Rows of a minibatch, drawn without replacement where there are enough, on the device."""
    index = torch.randperm(count, generator=generator)[:batch_size]
    return index.to(compute_device())
