"""A plan: how long, how fast and by which optimizer weights are trained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import torch
from torch import Tensor

from heldout.runtime.component import Choice, chosen
from heldout.runtime.device import Precision
from heldout.runtime.training.options import TrainingOptions
from heldout.runtime.training.parameter_groups import parameter_groups

# Of a trainer's signature: components by what a study writes.
Optimizer = Annotated[str | dict[str, Any], Choice("optimizers")]
Schedule = Annotated[str | dict[str, Any], Choice("schedules")]

Component = str | Mapping[str, Any] | Callable[..., Any]  # as a study writes it, or the function itself


@dataclass(frozen=True)
class Plan:
    """What decides a training besides its loss and its data.

    Attributes:
        steps: updates of the weights.
        learning_rate: the highest.
        optimizer: a component of optimizers.
        weight_decay: as the optimizer takes it.
        schedule: a component of schedules, of the rate after the warm-up; None: it stays.
        warmup: part of the steps in which the rate rises in a straight line; step s of n has (s + 1) / n of
            the highest.
        rates: the learning rate by step, in the place of schedule and warm-up.
        clip: norm to which the gradients of all that is trained are clipped together; None: no limit.
        precision: of the forward pass; bfloat16 by autocast.
        record_every: steps between two points of the curve; the last step has one too.
        fused: use torch's fused kernels.
        options: what is rarely asked for.
    """

    steps: int
    learning_rate: float
    optimizer: Component
    weight_decay: float = 0.0
    schedule: Component | None = None
    warmup: float = 0.0
    rates: Callable[[int], float] | None = None
    clip: float | None = None
    precision: Precision = "float32"
    record_every: int = 50
    fused: bool = True
    options: TrainingOptions = field(default_factory=TrainingOptions)

    def build_optimizer(self, trained: Mapping[str, Tensor]) -> torch.optim.Optimizer:
        """The optimizer of parameters by name, in their order.

        Raises:
            ValueError: no such optimizer, or groups are asked for that the names do not give.
        """
        groups = parameter_groups(trained, self.weight_decay, self.options)
        built: torch.optim.Optimizer = _function("optimizers", self.optimizer)(
            groups, self.learning_rate, self.weight_decay, self.fused
        )
        return built

    def rate_at(self) -> Callable[[int], float]:
        """The learning rate as a function of the step."""
        if self.rates is not None:
            return self.rates
        schedule = None if self.schedule is None else _function("schedules", self.schedule)
        steps, highest = self.steps, self.learning_rate
        rising = round(self.warmup * steps)

        def rate(step: int) -> float:
            if step < rising:
                return highest * (step + 1) / rising
            return highest if schedule is None else highest * schedule(step - rising, steps - rising)

        return rate

    def records(self, step: int) -> bool:
        """Whether the curve has a point at a step."""
        return step % self.record_every == 0 or step == self.steps - 1


def _function(kind: str, component: Component) -> Callable[..., Any]:
    return component if callable(component) else chosen(kind, component)
