"""Settings: the plain values that a parameter of a stage has, each with the levels at which it does."""

from collections.abc import Iterator
from dataclasses import dataclass

from heldout.compiler.analysis.arrivals import merged
from heldout.compiler.analysis.knowledge import EVERYWHERE, When, both
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Operator
from heldout.compiler.syntax.expression import Expression, Literal, Reference
from heldout.compiler.syntax.study import Stage

UNKNOWN = None  # whether two values are equal


@dataclass(frozen=True)
class Setting:
    """A value of a parameter; `is_plain` is false of lists, mappings and what is drawn or computed."""

    value: str | int | float | bool | None = None
    is_plain: bool = True

    def equals(self, wanted: str | int | float | bool | None) -> bool | None:
        """Whether it is a value; UNKNOWN of what is not plain, which at least is not null."""
        if self.is_plain:
            return self.value == wanted and isinstance(self.value, bool) is isinstance(wanted, bool)
        return False if wanted is None else UNKNOWN


def settings(scope: Scope, operator: Operator, stage: Stage, name: str) -> list[tuple[Setting, When]]:
    """The values that a parameter has, by the levels of axes that tell them apart."""
    argument = stage.argument(name)
    if argument is None:
        searched = stage.search is not None and operator.parameters[name].prior is not None
        return [(_setting(operator.parameters[name].default, is_plain=not searched), EVERYWHERE)]
    places: dict[Setting, set[When]] = {}
    for setting, when in _values(scope, argument.value, frozenset()):
        places.setdefault(setting, set()).add(when)
    return [(setting, when) for setting, whens in places.items() for when in merged(scope, whens)]


def _values(scope: Scope, expression: Expression, inside: frozenset[str]) -> Iterator[tuple[Setting, When]]:
    match expression:
        case Literal(value):
            yield _setting(value), EVERYWHERE
        case Reference(name, field) if name in scope.axes and name not in inside:
            axis = scope.axes[name]
            for level in axis.levels:
                chosen = axis.value(level, field)
                for setting, when in _values(scope, chosen, inside | {name}) if chosen is not None else ():
                    here = both(when, frozenset({(name, level.text)}))
                    if here is not None:
                        yield setting, here
        case _:
            yield Setting(is_plain=False), EVERYWHERE


def _setting(value: object, is_plain: bool = True) -> Setting:
    if is_plain and (value is None or isinstance(value, str | int | float | bool)):
        return Setting(value)
    return Setting(is_plain=False)
