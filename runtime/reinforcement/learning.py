"""The loop of everything that learns from logs: minibatches, one optimizer, a curve, a checkpoint."""

import math
from abc import ABC, abstractmethod
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, nn

from runtime.artifacts import Model, Table
from runtime.checkpoint import Checkpoint
from runtime.operator import Metrics


class Learned(NamedTuple):
    model: Model
    curve: Annotated[Table, Metrics("loss")]


class Learner(ABC):
    """What learns.

    Attributes:
        module: all networks, with those that are only averages of others; what a checkpoint holds.
        trained: the parameters that the optimizer moves.
    """

    module: nn.Module
    trained: list[nn.Parameter]

    @abstractmethod
    def loss(self, generator: torch.Generator) -> Tensor:
        """The loss of a minibatch that is drawn from the generator, shape []."""

    def after_step(self) -> None:
        """What follows an update of the weights, such as that of target networks."""
        return


def learn(
    learner: Learner,
    *,
    steps: int,
    learning_rate: float,
    generator: torch.Generator,
    record_every: int,
    checkpoint: Checkpoint,
) -> Table:
    """Update the weights by Adam; the curve, with metric `loss` by step.

    Raises:
        Interrupted: the job was asked to stop; the checkpoint is saved.
        ValueError: the loss is not a finite number.
    """
    optimizer = torch.optim.Adam(learner.trained, lr=learning_rate, fused=True)
    losses: dict[int, float] = {}
    begin = 0
    if (saved := checkpoint.load()) is not None:
        restore(saved[0], learner.module, optimizer, generator)
        begin = int(str(saved[1]["step"]))
        losses = {int(step): loss for step, loss in dict(saved[1]["losses"]).items()}
    learner.module.train()
    for step in range(begin, steps):
        if checkpoint.stop:
            tensors = snapshot(learner.module, optimizer, generator)
            checkpoint.interrupt(tensors, {"step": step, "losses": losses})
        loss = learner.loss(generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        learner.after_step()
        if step % record_every == 0 or step == steps - 1:
            losses[step] = loss.item()
            if not math.isfinite(losses[step]):
                raise ValueError(f"the loss is {losses[step]} at step {step}")
    return Table.columns(metric=["loss"] * len(losses), value=list(losses.values()), step=list(losses))


def follow(target: nn.Module, source: nn.Module, rate: float) -> None:
    """Move the weights of a target network towards those of its source by this share of the way."""
    with torch.no_grad():
        for slow, fast in zip(target.parameters(), source.parameters(), strict=True):
            slow.lerp_(fast, rate)


def snapshot(
    module: nn.Module, optimizer: torch.optim.Optimizer, generator: torch.Generator
) -> dict[str, Tensor]:
    """All that the next update depends on, as tensors."""
    tensors = {f"module.{name}": value for name, value in module.state_dict().items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in moments.items()}
    return tensors | {"random": generator.get_state()}


def restore(
    tensors: dict[str, Tensor],
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
) -> None:
    """Go back to a snapshot."""
    moments: dict[int, dict[str, Tensor]] = {}
    weights: dict[str, Tensor] = {}
    for name, value in tensors.items():
        kind, _, rest = name.partition(".")
        if kind == "module":
            weights[rest] = value
        elif kind == "optimizer":
            index, key = rest.split(".", 1)
            moments.setdefault(int(index), {})[key] = value
    module.load_state_dict(weights)
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    generator.set_state(tensors["random"])
