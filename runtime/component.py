"""Declare components, and choose one.

A component is what a parameter of an operator names (`objective: coral`, `network: {conv: {width: 16}}`),
or a claim by its kind: a function in `runtime/components/KIND/NAME.py`. Its keyword-only parameters are
what a study may write, and a dataclass among them stands for its fields; the other parameters are
supplied by what calls it, as its kind's contract says.
"""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from heldout.runtime.groups import grouped, groups
from heldout.runtime.lookup import find

F = TypeVar("F", bound=Callable[..., Any])

Listed = Sequence[str | dict[str, Any]]  # components in order, as a study writes them


@dataclass(frozen=True)
class Choice:
    """A parameter that names a component of this kind: `coral`, or `{coral: {penalty: 2.0}}`.

    One that is typed `Sequence[str | dict[str, Any]]` names several, in order: `[resize, horizontal-flip]`.
    """

    kind: str


@overload
def component(function: F) -> F: ...
@overload
def component(*, kind: str | None = None, formerly: str | tuple[str, ...] = ()) -> Callable[[F], F]: ...
def component(
    function: F | None = None, *, kind: str | None = None, formerly: str | tuple[str, ...] = ()
) -> F | Callable[[F], F]:
    """Declare a function to be a component.

    Args:
        function: the function; its name is the component's name.
        kind: the folder of its kind (`objectives`); only where the function lies in a user's
            own file, which has no such folder.
        formerly: names that it had within its kind, as `old-name`; studies may still write them.
    """
    old = (formerly,) if isinstance(formerly, str) else formerly

    def declare(function: F) -> F:
        function.__component__ = {"kind": kind, "formerly": old}  # type: ignore[attr-defined]
        return function

    return declare(function) if function is not None else declare


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
        return self.function(*supplied, **self._arguments)

    @functools.cached_property
    def _arguments(self) -> Mapping[str, Any]:
        return grouped(self.parameters, groups(self.function))

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
