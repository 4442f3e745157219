"""Groups of parameters: a dataclass among a function's keyword-only parameters stands for its fields.

    @operator
    def trainer(
        data: Dataset,
        *,
        plan: Annotated[Plan, Searched(learning_rate=loguniform(1e-5, 1e-3))] = Plan(300, 5e-5, "adamw"),
    ) -> Model: ...

A study knows nothing of groups: it writes `steps` and `learning_rate`, each a parameter like any other. What
it leaves out is as the signature's instance has it, or the class where the signature has none. A field that
is a dataclass itself is a group within the group. A field with `init=False` is no parameter.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field
from typing import Annotated, Any, NamedTuple, get_origin, get_type_hints

from heldout.runtime.operator import Prior
from heldout.runtime.resources import Resources

REQUIRED = inspect.Parameter.empty  # in the place of a default


class Searched:
    """Where fields of a group are drawn from in this function, by name, with `search: defaults`."""

    def __init__(self, **priors: Prior) -> None:
        self.priors = priors


class Member(NamedTuple):
    """A field of a group: its type with what `Annotated` holds, its default, and its group if it is one."""

    name: str
    hint: Any
    default: Any
    group: "Group | None"


@dataclass(frozen=True)
class Group:
    """A dataclass that stands for its fields.

    Attributes:
        kind: the dataclass.
        default: the instance whose values are the defaults, else `REQUIRED`.
        priors: those that the signature gives its fields, by name, in the place of their own.
    """

    kind: type
    default: Any = REQUIRED
    priors: Mapping[str, Prior] = field(default_factory=dict)

    @functools.cached_property
    def members(self) -> tuple[Member, ...]:
        """The fields in order.

        Raises:
            ValueError: a prior is given for a field that there is not.
        """
        fields = {one.name: one for one in dataclasses.fields(self.kind) if one.init}
        if strange := sorted(self.priors.keys() - fields.keys()):
            raise ValueError(f"{self.kind.__name__} has no field {', '.join(strange)}")
        hints = get_type_hints(self.kind, include_extras=True)
        found: list[Member] = []
        for name, one in fields.items():
            default = _default_of(one) if self.default is REQUIRED else getattr(self.default, name)
            hint = _searched(hints[name], self.priors[name]) if name in self.priors else hints[name]
            found.append(Member(name, hint, default, group_of(hint, default)))
        return tuple(found)

    def parameters(self) -> Iterator[Member]:
        """All that a study may write, those of groups within it too."""
        for member in self.members:
            if member.group is None:
                yield member
            else:
                yield from member.group.parameters()

    def kinds(self) -> Iterator[type]:
        """The dataclasses that they are fields of: those it extends, itself, then those within it."""
        yield from (kind for kind in reversed(self.kind.__mro__) if dataclasses.is_dataclass(kind))
        for member in self.members:
            if member.group is not None:
                yield from member.group.kinds()

    def taken_from(self, parameters: dict[str, Any]) -> Any:
        """The instance that parameters ask for, which are taken out of the dictionary.

        Raises:
            TypeError: one without a default is not among them.
        """
        given: dict[str, Any] = {}
        for member in self.members:
            if member.group is not None:
                given[member.name] = member.group.taken_from(parameters)
            elif member.name in parameters:
                given[member.name] = parameters.pop(member.name)
        return self.kind(**given) if self.default is REQUIRED else dataclasses.replace(self.default, **given)


def group_of(hint: Any, default: Any = REQUIRED) -> Group | None:
    """The group that a parameter of this type stands for, if any; `Resources` are no study's to write."""
    notes: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, notes = hint.__origin__, hint.__metadata__
    if not (isinstance(hint, type) and dataclasses.is_dataclass(hint)) or hint is Resources:
        return None
    return Group(hint, default, next((one.priors for one in notes if isinstance(one, Searched)), {}))


@functools.cache
def groups(function: Callable[..., Any]) -> Mapping[str, Group]:
    """By name, the keyword-only parameters that stand for a group."""
    own = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    hints = get_type_hints(function, include_extras=True) if own else {}
    found = {p.name: group_of(hints.get(p.name), p.default) for p in own}
    return {name: group for name, group in found.items() if group is not None}


def grouped(parameters: Mapping[str, Any], by: Mapping[str, Group]) -> dict[str, Any]:
    """Parameters as a study writes them, put into the groups that a function takes, by their names."""
    left = dict(parameters)
    for name, group in by.items():
        left[name] = group.taken_from(left)
    return left


def _default_of(one: dataclasses.Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    return REQUIRED if one.default is MISSING else one.default


def _searched(hint: Any, prior: Prior) -> Any:
    """A type with this prior, before its own, so that it is found first."""
    if get_origin(hint) is Annotated:
        return Annotated[hint.__origin__, prior, *hint.__metadata__]
    return Annotated[hint, prior]
