"""What everything that learns from logs has: a loss of minibatches, and one optimizer."""

from abc import ABC, abstractmethod
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Model, Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operator import Metrics
from heldout.runtime.training.fit import fit
from heldout.runtime.training.plan import Plan


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
    learner.module.train()
    moved = {id(weight) for weight in learner.trained}
    return fit(
        {name: weight for name, weight in learner.module.named_parameters() if id(weight) in moved},
        lambda step: learner.loss(generator),
        Plan(steps, learning_rate, "adam", record_every=record_every),
        checkpoint=checkpoint,
        generator=generator,
        also=learner.module.state_dict(),
        after_step=learner.after_step,
    )


def follow(target: nn.Module, source: nn.Module, rate: float) -> None:
    """Move the weights of a target network towards those of its source by this share of the way."""
    with torch.no_grad():
        for slow, fast in zip(target.parameters(), source.parameters(), strict=True):
            slow.lerp_(fast, rate)
