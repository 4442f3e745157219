"""Gradient descent on minibatches, from the first step to the last, with its curve and its checkpoint."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.randomness import torch_stream
from heldout.runtime.training.snapshot import restore, snapshot

Optimizer = Literal["sgd", "adam"]


class Batches:
    """Positions of each step's examples: epochs of permutations, each drawn by the seed.

    A step's minibatch depends on the seed and the step alone, so a run that comes back needs no
    other memory of it. What an epoch has left over is not used, but where it is all there is.
    """

    def __init__(self, num_rows: int, batch_size: int, seed: int) -> None:
        if num_rows == 0:
            raise ValueError("there are no examples to train on")
        self._num_rows = num_rows
        self._size = min(batch_size, num_rows)
        self._seed = seed
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)

    @property
    def per_epoch(self) -> int:
        return self._num_rows // self._size

    def at(self, step: int) -> Tensor:
        """Positions, [batch_size], int64."""
        epoch, place = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            stream = torch_stream(self._seed, "minibatches", str(epoch))
            self._order, self._epoch = torch.randperm(self._num_rows, generator=stream), epoch
        return self._order[place * self._size : (place + 1) * self._size]


def descend(
    weights: Mapping[str, Tensor],
    loss_at: Callable[[int], Tensor],
    *,
    optimizer: torch.optim.Optimizer,
    steps: int,
    record_every: int,
    checkpoint: Checkpoint,
    generator: torch.Generator | None = None,
    rate_at: Callable[[int], float] | None = None,
    clip: float | None = None,
    after_step: Callable[[], None] | None = None,
) -> Table:
    """Minimise a loss and give its curve: the loop of all training that needs no other.

    Args:
        weights: what a checkpoint keeps and brings back, in place: a module's `state_dict`, or the
            tensors that are trained.
        loss_at: the loss of a step, shape []; random only through the step, the generator and
            torch's global generators.
        optimizer: of what is trained.
        steps: updates.
        record_every: steps between two points of the curve; the last step has one too.
        checkpoint: of the task.
        generator: that `loss_at` draws from, if any.
        rate_at: the learning rate of a step; without it the optimizer's own.
        clip: norm to which the gradients of all that the optimizer moves are clipped; None: no limit.
        after_step: what follows an update, such as that of target networks.

    Returns:
        metric `loss` by step.

    Raises:
        Interrupted: the job was asked to stop; the checkpoint is saved.
        ValueError: the loss is not a finite number (the step is named).
    """
    moved = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    losses: dict[int, float] = {}
    first = 0
    if (saved := checkpoint.load()) is not None:
        restore(saved[0], weights, optimizer, generator)
        first = saved[1]["step"]
        losses = {int(step): loss for step, loss in saved[1]["losses"].items()}
    for step in range(first, steps):
        if checkpoint.stop:
            checkpoint.interrupt(snapshot(weights, optimizer, generator), {"step": step, "losses": losses})
        loss = loss_at(step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(moved, clip)
        if rate_at is not None:
            rate = rate_at(step)
            for group in optimizer.param_groups:
                group["lr"] = rate
        optimizer.step()
        if after_step is not None:
            after_step()
        if step % record_every == 0 or step == steps - 1:
            losses[step] = loss.item()
            if not math.isfinite(losses[step]):
                raise ValueError(f"the loss is {losses[step]} at step {step}")
    return loss_curve(losses)


def loss_curve(losses: Mapping[int, float]) -> Table:
    """Metric `loss` by step."""
    return Table.columns(metric=["loss"] * len(losses), value=list(losses.values()), step=list(losses))


def build_optimizer(
    name: Optimizer, parameters: Iterable[nn.Parameter], weight_decay: float
) -> torch.optim.Optimizer:
    """SGD with momentum 0.9, or AdamW; the learning rate is set step by step."""
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=0.0, momentum=0.9, weight_decay=weight_decay)
    return torch.optim.AdamW(parameters, lr=0.0, weight_decay=weight_decay)
