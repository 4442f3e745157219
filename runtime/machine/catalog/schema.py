"""The JSON schema (draft-07) of one parameter, from its type hint."""

import json
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.fields import FieldInfo

from heldout.runtime.claim import AxisName, FieldOf, LevelOf, MetricName, Part, RowMetricName, Where
from heldout.runtime.component import Choice
from heldout.runtime.groups import REQUIRED
from heldout.runtime.machine.catalog.signature import Parameter, unwrap
from heldout.runtime.operator import Apart, PinnedBy, Prior

Json = dict[str, Any]


def parameter_entry(
    parameter: Parameter, description: str, components: Mapping[str, Sequence[str]], where: str
) -> Json:
    """What the catalog says of a parameter.

    Args:
        parameter: as the signature gives it.
        description: from the docstring; where it says nothing, the one that the type brings along.
        components: the components' names by kind, for parameters annotated with `Choice`.
        where: function and parameter, for messages.

    Raises:
        ValueError: JSON schema cannot express the type, or the default is no JSON.
    """
    entry: Json = {"required": parameter.default is REQUIRED}
    # A kind is a folder, whose name in the catalog has hyphens: both spellings are the same kind.
    kind = next((note.kind.replace("_", "-") for note in parameter.notes if isinstance(note, Choice)), None)
    bare, _, optional = unwrap(parameter.hint)
    if kind is None:
        schema = _type_schema(_with_bounds(parameter), where)
    else:
        if kind not in components:
            known = ", ".join(sorted(components))
            raise ValueError(f"{where}: there are no components of kind {kind!r} (there are {known})")
        several = (get_origin(bare) or bare) in (list, tuple, Sequence)
        if not _names_one(get_args(bare)[0] if several and get_args(bare) else bare):
            typed = "`str | dict[str, Any]`, or as a Sequence of these"
            raise ValueError(f"{where}: a Choice is typed {typed}, not {parameter.hint}")
        schema = _choice_schema(components[kind], optional, several)
        if several:
            entry["listed"] = True
        entry["choice"] = kind
    if described := description or _description(parameter):
        schema["description"] = described
    if parameter.default is not REQUIRED:
        schema["default"] = _json_value(parameter.default, where)
    entry["schema"] = schema
    if (get_origin(bare) or bare) in (set, frozenset):
        entry["set"] = True
    prior = next((note for note in parameter.notes if isinstance(note, Prior)), None)
    if prior is not None:
        arguments = [_json_value(argument, where) for argument in prior.arguments]
        entry["prior"] = {"name": prior.name, "arguments": arguments}
    if (refers := _refers(parameter)) is not None:
        entry["refers"] = refers
    pinned = next((note.parameter for note in parameter.notes if isinstance(note, PinnedBy)), None)
    if pinned is not None:
        entry["pinned_by"] = pinned
    apart = [other for note in parameter.notes if isinstance(note, Apart) for other in note.others]
    if apart:
        entry["apart"] = apart
    part = next((note.value for note in parameter.notes if isinstance(note, Part)), None)
    if part is not None:
        entry["part"] = part
    return entry


def _refers(parameter: Parameter) -> Json | None:
    for note in parameter.notes:
        match note:
            case AxisName():
                return {"to": "axis"}
            case LevelOf(axis, among_all):
                return {"to": "level", "axis": axis} | ({"among_all": True} if among_all else {})
            case FieldOf(axis):
                return {"to": "field", "axis": axis}
            case RowMetricName():
                return {"to": "row-metric"}
            case MetricName():
                return {"to": "metric"}
            case Where():
                return {"to": "where"}
    return None


def _with_bounds(parameter: Parameter) -> Any:
    """The parameter's type with the bounds that pydantic's `Field` puts on it."""
    bare, _, optional = unwrap(parameter.hint)
    bounds = tuple(note for note in parameter.notes if isinstance(note, FieldInfo) and note.metadata)
    hint = Annotated[bare, *bounds] if bounds else bare
    return hint | None if optional else hint


def _description(parameter: Parameter) -> str | None:
    """What pydantic's `Field` on the parameter's type says of it."""
    return next((n.description for n in parameter.notes if isinstance(n, FieldInfo) and n.description), None)


def _type_schema(hint: Any, where: str) -> Json:
    try:
        schema = TypeAdapter(hint).json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        text = str(error).splitlines()[0]
        raise ValueError(f"{where}: its type {hint} has no JSON schema: {text}") from error
    normal: Json = _draft_07(schema, schema.pop("$defs", {}), (), where)
    return normal


def _draft_07(node: Any, definitions: Json, inside: tuple[str, ...], where: str) -> Any:
    """Definitions put in their place, tuples' items as draft-07 writes them, enums for constants."""
    if isinstance(node, list):
        return [_draft_07(member, definitions, inside, where) for member in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        if name in inside:
            raise ValueError(f"{where}: its type refers to itself, which a flat schema cannot say")
        return _draft_07(definitions[name], definitions, (*inside, name), where)
    node = {
        key: _draft_07(value, definitions, inside, where) for key, value in node.items() if key != "title"
    }
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "prefixItems" in node:
        items = node.pop("prefixItems")
        node["items"] = items[0] if all(item == items[0] for item in items) else items
    return node


def _names_one(bare: Any) -> bool:
    members = get_args(bare) if get_origin(bare) in (Union, UnionType) else (bare,)
    return all((get_origin(member) or member) in (str, dict, Mapping) for member in members)


def _choice_schema(names: Sequence[str], optional: bool, several: bool) -> Json:
    parameters = {"type": ["object", "null"]}
    mapping = {
        "type": "object",
        "properties": dict.fromkeys(sorted(names), parameters),
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    options: list[Json] = [{"type": "string", "enum": sorted(names)}, mapping]
    if several:
        options = [{"type": "array", "items": {"anyOf": options}}]
    return {"anyOf": options + [{"type": "null"}] * optional}


def _json_value(value: Any, where: str) -> Any:
    if isinstance(value, set | frozenset):
        value = sorted(value)
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {value!r} cannot be written as JSON: {error}") from error
