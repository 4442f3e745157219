"""What an objective is given and what it gives back."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from torch import Tensor, nn

from runtime.networks.classifier import Sizes

State = dict[str, Tensor]
Parameters = Mapping[str, Tensor]


class Batch(NamedTuple):
    """One minibatch from every training domain.

    Attributes:
        x: inputs, [num_domains, batch_size, ...].
        y: labels, [num_domains, batch_size], int64.
    """

    x: Tensor
    y: Tensor


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
    restart_optimizer: bool = False
    learning_rate: float | None = None


# By name, the positional parameters that an objective may ask for:
#   forward: Forward, batch: Batch, step: int (from 0), state: State,
#   generator: torch.Generator (on the CPU), learning_rate: float, weight_decay: float
SUPPLIED = ("forward", "batch", "step", "state", "generator", "learning_rate", "weight_decay")

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
