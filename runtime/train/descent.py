"""Gradient descent on minibatches, from the first step to the last, with its curve and its checkpoint."""

import math
from collections.abc import Callable, Iterable
from typing import Literal

import torch
from torch import Tensor, nn

from runtime.checkpoint import Checkpoint
from runtime.randomness import torch_stream

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


def cosine_rate(peak: float, steps: int, warmup: int) -> Callable[[int], float]:
    """Learning rates that rise linearly for `warmup` steps and then fall to 0 as a cosine."""

    def rate(step: int) -> float:
        if step < warmup:
            return peak * (step + 1) / warmup
        return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(steps - warmup, 1)))

    return rate


def descend(
    module: nn.Module,
    loss_at: Callable[[int], Tensor],
    *,
    optimizer: torch.optim.Optimizer,
    rate_at: Callable[[int], float],
    steps: int,
    record_every: int,
    checkpoint: Checkpoint,
) -> dict[int, float]:
    """Minimise a loss and give its curve.

    Args:
        module: what is trained; its state is what the checkpoint keeps.
        loss_at: the loss of a step, shape []; random only through what the step decides.
        optimizer: of the module's parameters.
        rate_at: the learning rate of a step.
        steps: updates.
        record_every: steps between two points of the curve.
        checkpoint: of the task.

    Returns:
        the loss by step.

    Raises:
        Interrupted: the job was asked to stop; the checkpoint is saved.
        ValueError: the loss is not a finite number (the step is named).
    """
    losses: dict[int, float] = {}
    first = 0
    if (saved := checkpoint.load()) is not None:
        _restore(module, optimizer, saved[0])
        first = saved[1]["step"]
        losses = {int(step): loss for step, loss in saved[1]["losses"].items()}
    for step in range(first, steps):
        if checkpoint.stop:
            checkpoint.interrupt(_snapshot(module, optimizer), {"step": step, "losses": losses})
        loss = loss_at(step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step)
        optimizer.step()
        if step % record_every == 0 or step == steps - 1:
            losses[step] = loss.item()
            if not math.isfinite(losses[step]):
                raise ValueError(f"the loss is {losses[step]} at step {step}")
    return losses


def build_optimizer(
    name: Optimizer, parameters: Iterable[nn.Parameter], weight_decay: float
) -> torch.optim.Optimizer:
    """SGD with momentum 0.9, or AdamW; the learning rate is set step by step."""
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=0.0, momentum=0.9, weight_decay=weight_decay)
    return torch.optim.AdamW(parameters, lr=0.0, weight_decay=weight_decay)


def _snapshot(module: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    tensors = {f"module.{name}": value for name, value in module.state_dict().items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{k}": v for k, v in moments.items() if v is not None}
    return tensors


def _restore(module: nn.Module, optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    module.load_state_dict(
        {k.removeprefix("module."): v for k, v in tensors.items() if k.startswith("module.")}
    )
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, index, key = name.split(".", 2)
            moments.setdefault(int(index), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
