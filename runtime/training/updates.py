"""What follows the gradients in every step: they are clipped, weights are moved, averages follow."""

from collections.abc import Mapping

import torch
from torch import Tensor

from heldout.runtime.training.plan import Plan
from heldout.runtime.training.ranks import ALONE, Ranks
from heldout.runtime.training.snapshot import below, moments, restore_moments


class Updates:
    """The updates of some weights, after a plan.

    Attributes:
        optimizer: of the weights.
        rate_at: the learning rate of a step.
    """

    def __init__(self, trained: Mapping[str, Tensor], plan: Plan, ranks: Ranks = ALONE) -> None:
        """
        Args:
            trained: the weights by name; their gradients are read at every step.
            plan: of the training.
            ranks: the processes that train together.
        """
        self._trained, self._plan, self._ranks = trained, plan, ranks
        self.optimizer = plan.build_optimizer(trained)
        self.rate_at = plan.rate_at()
        self._moved = [weight for group in self.optimizer.param_groups for weight in group["params"]]
        names = {id(weight): name for name, weight in trained.items()}
        self._names = [names[id(weight)] for weight in self._moved]
        self._average: list[Tensor] | None = None
        if plan.options.average is not None:
            self._average = [weight.detach().clone() for weight in trained.values()]

    def apply(self, step: int, rate: float | None = None) -> None:
        """Move the weights by their gradients.

        Args:
            step: from 0.
            rate: of this step, instead of the plan's.
        """
        if self._plan.clip is not None:
            self._ranks.clip(self._moved, self._plan.clip)
        rate = self.rate_at(step) if rate is None else rate
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        self.optimizer.step()
        self.follow()

    def follow(self) -> None:
        """The average takes a step towards the weights, where there is one."""
        if self._average is not None and self._plan.options.average is not None:
            with torch.no_grad():
                torch._foreach_lerp_(
                    self._average,
                    [weight.detach() for weight in self._trained.values()],
                    1 - self._plan.options.average,
                )

    def restart(self) -> None:
        """Forget the optimizer's moments."""
        self.optimizer = self._plan.build_optimizer(self._trained)

    def end(self) -> None:
        """After the last step: the average takes the place of the weights, where there is one."""
        if self._average is not None:
            with torch.no_grad():
                for weight, average in zip(self._trained.values(), self._average, strict=True):
                    weight.copy_(average)

    def weight_of(self, name: str) -> str:
        """The weight that a tensor of a checkpoint is of, by their names; empty where it is of none."""
        kind, _, rest = name.partition(".")
        if kind == "optimizer":
            return self._names[int(rest.partition(".")[0])]
        return rest if kind in ("weights", "average") else ""

    def snapshot(self) -> dict[str, Tensor]:
        """The optimizer's moments, and the average."""
        average = zip(self._trained, self._average or (), strict=False)
        return moments(self.optimizer) | {f"average.{name}": value for name, value in average}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take back what `snapshot` gave, among other tensors."""
        restore_moments(self.optimizer, tensors)
        if self._average is not None:
            found = below(tensors, "average.")
            for name, average in zip(self._trained, self._average, strict=True):
                average.copy_(found[name])
