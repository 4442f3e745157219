"""A network as one member of a stack sees it, and the random draws of that member."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from heldout.runtime.classifier_training.forward import ModuleForward


class StackedForward(ModuleForward):
    """`heldout.runtime.components.objectives.contract.Forward` inside `torch.func.vmap`.

    Autograd records below vmap, on the tensors of all members at once, of which a tensor inside
    vmap is a view. A gradient is therefore taken there too.
    """

    def gradients(
        self, value: Tensor, inputs: Sequence[Tensor], create_graph: bool = False
    ) -> tuple[Tensor, ...]:
        gradients: tuple[Tensor, ...] = _Gradients.apply(value, create_graph, *inputs)  # type: ignore[no-untyped-call]
        return gradients


class _Gradients(torch.autograd.Function):
    """Gradients of each member's value. Only the rule for vmap is ever run."""

    @staticmethod
    def forward(value: Tensor, create_graph: bool, *inputs: Tensor) -> tuple[Tensor, ...]:
        raise RuntimeError("a stacked gradient outside a stack")

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        pass

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[Any, ...], value: Tensor, create_graph: bool, *inputs: Tensor
    ) -> tuple[tuple[Tensor, ...], tuple[int, ...]]:
        # The members share nothing, so the gradient of their sum is each member's own.
        with torch.enable_grad():
            moved = torch.autograd.grad(value.sum(), inputs, retain_graph=True, create_graph=create_graph)
        gradients = tuple(gradient.movedim(dim, 0) for gradient, dim in zip(moved, in_dims[2:], strict=True))
        return gradients, (0,) * len(gradients)


class StackedGenerators:
    """`heldout.runtime.components.objectives.contract.Generators`: a generator a member.

    Args:
        generators: one a member.
        member: inside vmap, the number of the member, shape [].
    """

    def __init__(self, generators: Sequence[torch.Generator], member: Tensor) -> None:
        self._generators = generators
        self._member = member

    def draw(self, draw: Callable[..., Tensor], *arguments: Any) -> Tensor:
        drawn: Tensor = _Draw.apply(  # type: ignore[no-untyped-call]
            self._member, self._generators, draw, *arguments
        )
        return drawn


class _Draw(torch.autograd.Function):
    """A draw of each member. Only the rule for vmap is ever run."""

    @staticmethod
    def forward(member: Tensor, generators: Any, draw: Any, *arguments: Any) -> Tensor:
        raise RuntimeError("a stacked draw outside a stack")

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        pass

    @staticmethod
    def vmap(
        info: Any,
        in_dims: tuple[Any, ...],
        member: Tensor,
        generators: Sequence[torch.Generator],
        draw: Callable[..., Tensor],
        *arguments: Any,
    ) -> tuple[Tensor, int]:
        own = [
            [value] * info.batch_size if dim is None else value.movedim(dim, 0).tolist()
            for value, dim in zip(arguments, in_dims[3:], strict=True)
        ]
        drawn = [draw(*(values[i] for values in own), generator) for i, generator in enumerate(generators)]
        return torch.stack(drawn), 0
