"""A plan: how long, how fast and by which optimizer weights are trained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.component import Choice, chosen
from heldout.runtime.device import Precision
from heldout.runtime.training.options import AS_USUAL, TrainingOptions
from heldout.runtime.training.parameter_groups import parameter_groups

# Components by what a study writes.
Optimizer = Annotated[str | dict[str, Any], Choice("optimizers")]
Schedule = Annotated[str | dict[str, Any], Choice("schedules")]


@dataclass(frozen=True)
class Plan:
    """What decides a training besides its loss and its data: a group of a trainer's parameters.

    Attributes:
        steps: updates of the weights.
        learning_rate: the highest.
        optimizer: a component of optimizers.
        weight_decay: L2 penalty, or decoupled, as the optimizer takes it.
        schedule: a component of schedules, of the rate after the warm-up.
        warmup: part of the steps in which the rate rises in a straight line; step s of n has (s + 1) / n of
            the highest.
        clip: norm to which all gradients together are clipped; none is no limit.
        precision: of the forward pass; bfloat16 by autocast.
        record_every: steps between two points of the curve; the last step has one too.
        options: what is rarely asked for.
    """

    steps: Annotated[int, Field(ge=0)]
    learning_rate: Annotated[float, Field(gt=0)]
    optimizer: Optimizer
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    schedule: Schedule = "constant"
    warmup: Annotated[float, Field(ge=0, le=1)] = 0.0
    clip: Annotated[float, Field(gt=0)] | None = None
    precision: Precision = "float32"
    record_every: Annotated[int, Field(ge=1)] = 50
    options: TrainingOptions = AS_USUAL

    def build_optimizer(self, trained: Mapping[str, Tensor]) -> torch.optim.Optimizer:
        """The optimizer of parameters by name, in their order.

        Raises:
            ValueError: no such optimizer, or groups are asked for that the names do not give.
        """
        groups = parameter_groups(trained, self.weight_decay, self.options)
        built: torch.optim.Optimizer = chosen("optimizers", self.optimizer)(
            groups, self.learning_rate, self.weight_decay, True
        )
        return built

    @property
    def has_one_rate(self) -> bool:
        """Whether the learning rate is the same at all steps."""
        return self.schedule == "constant" and self.warmup == 0

    def rate_at(self) -> Callable[[int], float]:
        """The learning rate as a function of the step."""
        schedule = chosen("schedules", self.schedule)
        steps, highest = self.steps, self.learning_rate
        rising = round(self.warmup * steps)

        def rate(step: int) -> float:
            if step < rising:
                return highest * (step + 1) / rising
            after: float = highest * schedule(step - rising, steps - rising)
            return after

        return rate

    def records(self, step: int) -> bool:
        """Whether the curve has a point at a step."""
        return step % self.record_every == 0 or step == self.steps - 1
