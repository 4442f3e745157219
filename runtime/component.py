"""Declare components, and choose one.

A component is what a parameter of an operator names (`objective: coral`, `network: {conv: {width: 16}}`),
or a claim by its kind: a function in `runtime/components/KIND/NAME.py`. Its keyword-only parameters are
what a study may write; the others are supplied by what calls it, as its kind's contract says.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from heldout.runtime.lookup import find

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Choice:
    """A parameter that names a component of this kind: `coral`, or `{coral: {penalty: 2.0}}`."""

    kind: str


@dataclass(frozen=True)
class AxisName:
    """A parameter of a claim that names an axis of the study, or a list that names several."""


@dataclass(frozen=True)
class LevelOf:
    """A parameter that names a level, or a list of levels, of the axis that another one names."""

    axis: str


@dataclass(frozen=True)
class MetricName:
    """A parameter that names a metric of a stage: `score.accuracy`."""


@dataclass(frozen=True)
class Where:
    """A parameter that keeps a claim to part of the grid: axis -> level or list of levels."""


@overload
def component(function: F) -> F: ...
@overload
def component(*, kind: str | None = None) -> Callable[[F], F]: ...
def component(function: F | None = None, *, kind: str | None = None) -> F | Callable[[F], F]:
    """Declare a function to be a component.

    Args:
        function: the function; its name is the component's name.
        kind: the folder of its kind (`objectives`); only where the function lies in a user's
            own file, which has no such folder.
    """

    def declare(function: F) -> F:
        function.__component__ = {"kind": kind}  # type: ignore[attr-defined]
        return function

    return declare(function) if function is not None else declare


def smallest_p(rule: str) -> Callable[[F], F]:
    """Declare how small the p-value of a claim's test can get, from the pairs that it has.

    Args:
        rule: what the compiler holds against the claim's alpha:
            `sign-flip`: 2^-units, one-sided, or nothing with `test: t`;
            `equivalence`: the same, of two tests at the edges of a margin;
            `fit`: the same, of curves that need enough levels;
            `permutation`: 1 / n! over the n levels of `axis`;
            `none`: no smallest value worth a check.
    """

    def declare(function: F) -> F:
        function.__smallest_p__ = rule  # type: ignore[attr-defined]
        return function

    return declare


@dataclass(frozen=True)
class Chosen:
    """A component as a study chose it. Calling it supplies the rest of its arguments.

    Attributes:
        name: of the component, without its kind.
        function: that was declared.
        parameters: those that the study gave.
    """

    name: str
    function: Callable[..., Any]
    parameters: Mapping[str, Any]

    def __call__(self, *supplied: Any) -> Any:
        return self.function(*supplied, **self.parameters)

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """All its keyword-only parameters, with the defaults of those that were not given."""
        declared = inspect.signature(self.function).parameters.values()
        own = [p for p in declared if p.kind is inspect.Parameter.KEYWORD_ONLY and p.default is not p.empty]
        return {p.name: p.default for p in own} | dict(self.parameters)


def chosen(kind: str, choice: str | Mapping[str, Any]) -> Chosen:
    """The component that a study chose.

    Args:
        kind: of the component (`objectives`).
        choice: as the study writes it: `coral`, or `{coral: {penalty: 2.0}}`.

    Raises:
        ValueError: the runtime has none of that name, or the choice names several.
    """
    parameters: Mapping[str, Any] | None
    if isinstance(choice, str):
        name, parameters = choice, None
    elif len(choice) == 1:
        ((name, parameters),) = choice.items()
    else:
        raise ValueError(f"one of {kind} must be chosen, not {', '.join(choice) or 'none'}")
    return Chosen(name, find(f"{kind}/{name}"), dict(parameters or {}))
