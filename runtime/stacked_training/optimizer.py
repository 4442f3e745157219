"""The optimizers of a stack: each member's own, on rows of shared tensors."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from heldout.runtime.classifier_training.training import Training

MOMENTS = ("exp_avg", "exp_avg_sq")  # as torch.optim.Adam calls them


class StackedWeights:
    """The weights of a stack in one tensor, a row a member.

    Attributes:
        flat: [members, weights].
        leaves: by parameter name, views [members, ...] that autograd takes gradients in.
        gradients: [members, weights], which `fill` writes and the optimizer reads.
    """

    def __init__(self, members: Sequence[Training]) -> None:
        """Gather the members' weights; from then on their parameters are views of these rows."""
        shapes = {name: weight.shape for name, weight in members[0].parameters.items()}
        self._sizes = [shape.numel() for shape in shapes.values()]
        self.flat = torch.stack(
            [torch.cat([weight.detach().flatten() for weight in m.parameters.values()]) for m in members]
        )
        self.gradients = torch.zeros_like(self.flat)
        self.leaves, self._filled = (
            {
                name: torch.unflatten(column, 1, shape or (1,)).detach()
                for (name, shape), column in zip(
                    shapes.items(), torch.split(rows, self._sizes, 1), strict=True
                )
            }
            for rows in (self.flat, self.gradients)
        )
        for position, member in enumerate(members):
            for name, weight in member.parameters.items():
                weight.data = self.leaves[name][position].view(weight.shape)
        for leaf in self.leaves.values():
            leaf.requires_grad_()

    def fill(self, gradients: Mapping[str, Tensor | None]) -> None:
        """Take gradients over, by parameter name, each [members, ...] as the leaves; None is zero."""
        for name, gradient in gradients.items():
            if gradient is None:
                self._filled[name].zero_()
            else:
                self._filled[name].copy_(gradient.detach())

    def differ(self, other: "StackedWeights", tolerance: float) -> list[str]:
        """The parameters whose gradients are not those of another stack.

        Args:
            other: of as many members.
            tolerance: the part of a gradient's length by which they may lie apart, and a thousandth of
                that part of the length of all gradients, where one is nothing but rounding.
        """
        least = self.gradients.norm(dim=1) * 1e-3
        return [
            name
            for name, own in self._filled.items()
            if _apart(own.flatten(1), other._filled[name].flatten(1), tolerance, least)
        ]

    def split(self, row: Tensor) -> tuple[Tensor, ...]:
        """The parts of a member's row, [weights], one a parameter, flat."""
        return torch.split(row, self._sizes)


def _apart(one: Tensor, other: Tensor, tolerance: float, least: Tensor) -> bool:
    near = (one - other).norm(dim=1) <= tolerance * (other.norm(dim=1) + least)
    return not bool((near | ~other.isfinite().all(1)).all())


class StackedOptimizer:
    """Adam or gradient descent on every row, each with its learning rate and weight decay.

    The kernels are those of `torch.optim` with `fused=True`, called once for all rows that have
    the same numbers: a row at a time stays in the processor's cache, which is faster than one
    formula over rows that differ.
    """

    def __init__(self, members: Sequence[Training], weights: StackedWeights) -> None:
        """Take over the state of the members' optimizers."""
        self._members = members
        self._weights = weights
        self._adam = members[0].plan.optimizer == "adam"
        self._decays = [member.plan.weight_decay for member in members]
        self._counts = [0] * len(members)
        self._moments = [torch.zeros_like(weights.flat) for _ in MOMENTS] if self._adam else []
        for row, member in enumerate(members):
            self._take_over(row, member)
        self._whole = (weights.flat, weights.gradients, *self._moments)
        self._rows = list(zip(*self._whole, strict=True))

    def _take_over(self, row: int, member: Training) -> None:
        states = [member.updates.optimizer.state.get(weight, {}) for weight in member.parameters.values()]
        if not self._adam or not any(states):
            return
        self._counts[row] = int(max(state["step"].item() for state in states if state))
        for moments, key in zip(self._moments, MOMENTS, strict=True):
            for part, state in zip(self._weights.split(moments[row]), states, strict=True):
                if state:
                    part.copy_(state[key].flatten())

    def restart(self, row: int) -> None:
        """Forget a member's moments."""
        self._counts[row] = 0
        for moments in self._moments:
            moments[row].zero_()

    @torch.no_grad()
    def step(self, rates: Sequence[float]) -> None:
        """Update every row by its gradient, each at its learning rate."""
        alike: dict[tuple[float, float, int], list[int]] = {}
        for row, key in enumerate(zip(rates, self._decays, self._counts, strict=True)):
            alike.setdefault(key, []).append(row)
        for (rate, decay, count), rows in alike.items():
            alone = [self._whole] if len(rows) == len(rates) else [self._rows[row] for row in rows]
            self._kernel([list(same) for same in zip(*alone, strict=True)], rate, decay, count)
        self._counts = [count + 1 for count in self._counts]

    def _kernel(self, tensors: list[list[Tensor]], rate: float, decay: float, count: int) -> None:
        if not self._adam:
            weights, gradients = tensors
            torch._fused_sgd_(
                weights,
                gradients,
                [],
                lr=rate,
                weight_decay=decay,
                maximize=False,
                momentum=0.0,
                dampening=0.0,
                nesterov=False,
                is_first_step=True,
            )
            return
        weights, gradients, first_moments, second_moments = tensors
        torch._fused_adam_(
            weights,
            gradients,
            first_moments,
            second_moments,
            [],
            [torch.full((), count + 1.0, device=weights[0].device)] * len(weights),
            lr=rate,
            weight_decay=decay,
            maximize=False,
            beta1=0.9,
            beta2=0.999,
            eps=1e-8,
            amsgrad=False,
        )

    def give_back(self) -> None:
        """Hand each member's state to its own optimizer, which goes on from there."""
        if not self._adam:
            return
        first_moments, second_moments = self._moments
        for row, member in enumerate(self._members):
            member.updates.restart()
            if self._counts[row] == 0:
                continue
            parts = zip(
                member.parameters.values(),
                self._weights.split(first_moments[row]),
                self._weights.split(second_moments[row]),
                strict=True,
            )
            for weight, first, second in parts:
                member.updates.optimizer.state[weight] = {
                    "step": torch.tensor(float(self._counts[row]), device=weight.device),
                    "exp_avg": first.view(weight.shape),
                    "exp_avg_sq": second.view(weight.shape),
                }
