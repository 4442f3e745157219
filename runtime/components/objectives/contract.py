"""What an objective is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, Self, TypeVar

import torch
from torch import Tensor, nn

State = dict[str, Tensor]
Parameters = Mapping[str, Tensor]


class Sizes(NamedTuple):
    """The sizes that networks and objectives are built from."""

    num_features: int
    num_classes: int
    num_domains: int


class Batch(NamedTuple):
    """One minibatch from every training domain.

    Attributes:
        x: inputs, [num_domains, batch_size, ...].
        y: labels, [num_domains, batch_size], int64.
        targets: soft labels, [num_domains, batch_size, num_classes], where the data have them: rows
            of probabilities, such as another model's.
    """

    x: Tensor
    y: Tensor
    targets: Tensor | None = None


class Forward(Protocol):
    """The network as a function of its parameters.

    Inputs keep their leading dimensions: features of [num_domains, batch_size, ...] are
    [num_domains, batch_size, num_features], of [batch, ...] they are [batch, num_features].
    """

    parameters: Parameters  # by name, `auxiliary.NAME.…` for auxiliary networks

    def features(self, x: Tensor) -> Tensor: ...

    def classify(self, features: Tensor) -> Tensor: ...

    def logits(self, x: Tensor) -> Tensor: ...

    def auxiliary(self, name: str, x: Tensor) -> Tensor:
        """An auxiliary network of the objective, applied to [..., n]."""

    def at(self, parameters: Parameters) -> Self:
        """The same network with other weights."""

    def by_domain(self) -> Self:
        """The same network, to which each domain of [num_domains, batch_size, ...] is a pass of its own.

        Only the statistics of batch norm tell it from one pass; a network without them makes one pass.
        """

    def gradients(
        self, value: Tensor, inputs: Sequence[Tensor], create_graph: bool = False
    ) -> tuple[Tensor, ...]:
        """Gradients of a value of shape []; what `torch.autograd.grad` gives, also in a stack."""


class Update(NamedTuple):
    """What an objective asks for after one batch. Only the first field is always there.

    Attributes:
        loss: what the curve reports, shape [], nats; its gradient is taken unless one of the
            next two fields is given.
        gradients: by parameter name, instead of the gradient of the loss.
        parameters: the next parameters themselves, instead of a step of the optimizer.
        state: the objective's state for the next step.
        restart_optimizer: forget the optimizer's moments before this step.
        learning_rate: of this step, instead of the study's.
    """

    loss: Tensor
    gradients: Parameters | None = None
    parameters: Parameters | None = None
    state: State | None = None
    restart_optimizer: bool | Tensor = False
    learning_rate: float | Tensor | None = None


# By name, the types of the positional parameters that an objective may ask for. Steps count from 0, and the
# generator is on the CPU.
SUPPLIED: Mapping[str, Any] = {
    "forward": Forward,
    "batch": Batch,
    "step": int,
    "state": State,
    "generator": torch.Generator,
    "learning_rate": float,
    "weight_decay": float,
}

Objective = Callable[..., Tensor | Update]

# In a stack an objective is written for one member and runs for all of them (torch.func.vmap). What
# differs between members, hyper-parameters and rates among them, is then a tensor of shape [], which
# no `if` can ask; the functions below work on both.


class Generators(Protocol):
    """The generators of a stack's members, in the place of a `torch.Generator`."""

    def draw(self, draw: Callable[..., Tensor], *arguments: Any) -> Tensor:
        """`draw(*arguments, generator)` of each member."""


def drawn(generator: torch.Generator | Generators, draw: Callable[..., Tensor], *arguments: Any) -> Tensor:
    """`draw(*arguments, generator)`; in a stack, each member's own draw from its own generator.

    Args:
        generator: as the objective was given it.
        draw: gives a tensor on the CPU, of a shape that does not depend on what is drawn.
        arguments: numbers.
    """
    if isinstance(generator, torch.Generator):
        return draw(*arguments, generator)
    return generator.draw(draw, *arguments)


def permutation(count: int, generator: torch.Generator | Generators) -> Tensor:
    """A random order of `count` things, [count], int64, on the CPU."""
    return drawn(generator, lambda g: torch.randperm(count, generator=g))


def either(condition: bool | Tensor, yes: Any, no: Any) -> Any:
    """`yes if condition else no`, of tensors or numbers; in a stack, each member's own."""
    return torch.where(condition, yes, no) if isinstance(condition, Tensor) else (yes if condition else no)


def is_left_out(weight: float | Tensor) -> bool:
    """Whether a term of this weight is left out: it is 0. In a stack it is so for all or for none."""
    return not isinstance(weight, Tensor) and weight == 0


F = TypeVar("F", bound=Callable[..., Any])


def with_state(initial: Callable[[Sizes], State]) -> Callable[[F], F]:
    """Give an objective the state it starts with."""

    def declare(function: F) -> F:
        function.initial_state = initial  # type: ignore[attr-defined]
        return function

    return declare


def with_auxiliary(build: Callable[[Sizes], dict[str, nn.Module]]) -> Callable[[F], F]:
    """Give an objective networks of its own, trained along and thrown away."""

    def declare(function: F) -> F:
        function.auxiliary_networks = build  # type: ignore[attr-defined]
        return function

    return declare


def with_equal(*names: str) -> Callable[[F], F]:
    """Name numeric hyper-parameters that must be equal in a stack: shapes or loops depend on them."""

    def declare(function: F) -> F:
        function.equal_in_a_stack = frozenset(names)  # type: ignore[attr-defined]
        return function

    return declare


def in_one_process(function: F) -> F:
    """Say that an objective takes gradients of weights itself, so that no part of it is another process's."""
    function.one_process = True  # type: ignore[attr-defined]
    return function


def mean_over_rows(function: F) -> F:
    """Say that an objective is a mean over rows, each with a loss of its own: it may be given a part of them.

    Domains have equally many rows in a part, and what is drawn is drawn by the network alone.
    """
    function.mean_over_rows = True  # type: ignore[attr-defined]
    return function
