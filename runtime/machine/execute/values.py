"""Turn a plan's JSON values into what an operator's type hints ask for."""

import types
from collections.abc import Mapping, Sequence
from typing import Any, Union, get_args, get_origin

from heldout.runtime.component import Choice
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.signature import Parameter, component_parameters, unwrap


def parameter_value(value: Any, parameter: Parameter) -> Any:
    """A parameter's value; where it chooses components, their parameters are converted too."""
    kind = next((note.kind for note in parameter.notes if isinstance(note, Choice)), None)
    if kind is not None and isinstance(value, list):
        return [parameter_value(one, parameter) for one in value]
    if kind is None or not isinstance(value, Mapping):
        return converted(value, parameter.hint)
    return {name: _component_values(f"{kind}/{name}", given) for name, given in value.items()}


def _component_values(name: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    known = {parameter.name: parameter for parameter in component_parameters(find(name))}
    return {
        key: parameter_value(value, known[key]) if key in known else value
        for key, value in (given or {}).items()
    }


def converted(value: Any, hint: Any) -> Any:
    """JSON has no sets and no tuples, and canonical JSON writes 1.0 as 1: give the hint's type back."""
    bare, _, _ = unwrap(hint)
    origin, arguments = get_origin(bare) or bare, get_args(bare)
    if value is None:
        return None
    if origin in (Union, types.UnionType):
        return _converted_union(value, arguments)
    if origin is float and type(value) is int:
        return float(value)
    if origin is int and type(value) is float and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return _converted_list(value, origin, arguments)
    if isinstance(value, dict) and len(arguments) == 2:
        return {key: converted(member, arguments[1]) for key, member in value.items()}
    return value


def _converted_union(value: Any, members: tuple[Any, ...]) -> Any:
    """By the member that a JSON value of this type can only mean; else as it is."""
    wanted: dict[type, tuple[type, ...]] = {
        int: (int, float),
        float: (float, int),
        list: (set, frozenset, tuple, list, Sequence),
        dict: (dict, Mapping),
    }
    bare = {get_origin(unwrap(m)[0]) or unwrap(m)[0]: m for m in members}
    for origin in wanted.get(type(value), ()):
        if origin in bare:
            return converted(value, bare[origin])
    return value


def _converted_list(value: list[Any], origin: Any, arguments: tuple[Any, ...]) -> Any:
    if origin is tuple and arguments and arguments[-1] is not Ellipsis:
        return tuple(converted(m, h) for m, h in zip(value, arguments, strict=True))
    members = [converted(member, arguments[0]) for member in value] if arguments else value
    return origin(members) if origin in (set, frozenset, tuple) else members
