"""Check plain values against JSON schemas, and say what is wrong in the words of a spec."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Annotated, Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from pydantic import StringConstraints, TypeAdapter
from pydantic_core import SchemaError

from heldout.compiler.analysis.meant import meant_value
from heldout.compiler.diagnostics import nearest

_TYPES = {
    "integer": "an integer",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}

_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


def describe_value(value: Any) -> str:
    """A plain value in the words of a diagnostic."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f"the text `{value[:60]}`"
        case int() | float():
            return f"the number {value}"
        case list():
            return f"a list of {len(value)}"
        case _:
            return "a mapping"


@lru_cache(maxsize=256)
def pattern(text: str) -> TypeAdapter[str]:
    """What takes the texts that a pattern is found in, in time linear in their length.

    The runtime checks a task's values by the same engine.

    Raises:
        SchemaError: it is no pattern, or one that takes more: it looks around, or refers back.
    """
    return TypeAdapter(Annotated[str, StringConstraints(pattern=text)])


def _pattern(_: Any, rule: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """JSON schema's `pattern`, in linear time."""
    if isinstance(value, str):
        try:
            pattern(rule).validate_python(value)
        except (SchemaError, ValueError):
            yield ValidationError(f"{value!r} does not match {rule!r}")


def _reference(_: Any, rule: object, __: Any, ___: Any) -> Iterator[ValidationError]:
    """No reference is followed, to a file, an address or the schema itself: the runtime writes none."""
    yield ValidationError(f"a schema of the catalog refers to {str(rule)[:100]!r}")


_KEYWORDS = {"pattern": _pattern, "$ref": _reference}
_Validator: type[Draft7Validator] = extend(Draft7Validator, _KEYWORDS)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=4096)
def _validator(schema: str) -> Draft7Validator:
    return _Validator(json.loads(schema))


def takes(schema: dict[str, Any]) -> Callable[[Any], bool]:
    """What says whether a value keeps to a schema."""
    is_valid: Callable[[Any], bool] = _validator(json.dumps(schema, sort_keys=True)).is_valid
    return is_valid


def wrong_values(schema: dict[str, Any], value: Any, what: str) -> Iterator[tuple[tuple[Any, ...], str, str]]:
    """Every way in which a value breaks a schema.

    Returns:
        the path within the value, what is wrong, and what to write instead.
    """
    validator = _validator(json.dumps(schema, sort_keys=True))
    for error in validator.iter_errors(value):
        yield tuple(error.absolute_path), *_explain(error, what)


def _explain(error: ValidationError, what: str) -> tuple[str, str]:
    found: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    inside = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
    what = f"{what}, at {inside}," if inside else what
    match error.validator:
        case "type":
            types: list[Any] = rule if isinstance(rule, list) else [rule]
            wanted = " or ".join(_TYPES.get(t, str(t)) for t in types)
            return f"{what} is {wanted}, not {describe_value(found)}", _write(found, types, wanted, schema)
        case "enum":
            return f"{what} cannot be {describe_value(found)}", nearest(found, rule)
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            return f"{what} is {found}", f"write a number {_BOUNDS[str(error.validator)]} {rule}"
        case "anyOf" | "oneOf":
            wanted = " or ".join(dict.fromkeys(_wanted(option) for option in rule))
            types = [str(option.get("type")) for option in rule if not option.get("enum")]
            return f"{what} is {wanted}, not {describe_value(found)}", _write(found, types, wanted, schema)
        case "additionalProperties" if isinstance(found, dict):
            known = schema.get("properties", {})
            unknown = next((key for key in found if key not in known), "")
            return f"{what} has no field `{unknown}`", nearest(unknown, known)
        case "required":
            return f"{what} lacks a field: {error.message[:100]}", ""
        case "pattern":
            return f"{what} cannot be {describe_value(found)}", schema.get(
                "description", f"it must match {rule}"
            )
        case _:
            return f"{what} is wrong: {error.message[:200]}", _description(schema)


def _wanted(option: dict[str, Any]) -> str:
    if "enum" in option:
        return "one of " + ", ".join(f"`{v}`" for v in option["enum"][:8])
    types: Any = option.get("type", "a value")
    wanted = " or ".join(_TYPES.get(t, str(t)) for t in (types if isinstance(types, list) else [types]))
    bounds = [f"{word} {option[key]}" for key, word in _BOUNDS.items() if key in option]
    return " ".join([wanted, " and ".join(bounds)]) if bounds else wanted


def _write(found: Any, types: list[Any], wanted: str, schema: Any) -> str:
    """What to write where a value is of another type."""
    described = _description(schema).rstrip(".")
    return meant_value(found, types) or f"write {wanted}{f': {described}' if described else ''}"


def _description(schema: Any) -> str:
    return str(schema.get("description", "")) if isinstance(schema, dict) else ""
