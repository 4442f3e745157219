"""Train some tensors of an encoder-decoder on pairs of sequences."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from heldout.runtime.artifacts import Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.language.sequence_pairs import SequencePairs
from heldout.runtime.training.fit import fit
from heldout.runtime.training.plan import Optimizer, Plan

Corrupt = Callable[[Tensor, torch.Generator], Tensor]
Loss = Callable[[SequencePairs], Tensor]


def train_on_pairs(
    parameters: Mapping[str, Tensor],
    loss: Loss,
    pairs: SequencePairs,
    *,
    steps: int,
    batch_size: int,
    optimizer: Optimizer,
    learning_rate: float,
    warmup: float,
    generator: torch.Generator,
    checkpoint: Checkpoint,
    record_every: int,
    corrupt: Corrupt | None = None,
) -> Table:
    """An optimizer with gradients clipped to norm 1; rows are drawn with replacement.

    Args:
        parameters: the tensors to train, in place; they require gradients.
        loss: of a minibatch, shape [], nats.
        pairs: on the device of the parameters.
        steps: updates.
        batch_size: rows in a minibatch.
        optimizer: a component of optimizers.
        learning_rate: the highest; it falls linearly to a tenth at the last step.
        warmup: part of the steps in which it rises linearly.
        generator: on the CPU, of the rows and of `corrupt`.
        checkpoint: of the task.
        record_every: steps between two points of the curve.
        corrupt: changes the inputs of each minibatch, on the CPU.

    Returns:
        metric `loss` by step, nats.

    Raises:
        ValueError: the loss is not a finite number (the step is named).
        Interrupted: the job was asked to stop.
    """
    device = pairs.inputs.device

    def loss_at(step: int) -> Tensor:
        index = torch.randint(len(pairs.inputs), (batch_size,), generator=generator)
        batch = pairs.take(index.to(device))
        if corrupt is not None:
            batch = batch._replace(inputs=corrupt(batch.inputs.cpu(), generator).to(device))
        return loss(batch)

    plan = _FallingPlan(steps, learning_rate, optimizer, warmup=warmup, clip=1.0, record_every=record_every)
    return fit(parameters, loss_at, plan, checkpoint=checkpoint, generator=generator)


class _FallingPlan(Plan):
    """One whose rate falls from the first step on, while it still rises."""

    def rate_at(self) -> Callable[[int], float]:
        return lambda step: self.learning_rate * factor(step, self.steps, self.warmup)


def factor(step: int, steps: int, warmup: float) -> float:
    """The part of the highest learning rate that a step takes, counted from 0."""
    rising = warmup * steps
    rise = (step + 1) / rising if step < rising else 1.0
    return min(rise, 1.0) * (1 - 0.9 * step / max(steps - 1, 1))
