"""The forms that a value may take: references, draws, steps back, slices, and names."""

from collections.abc import Iterable, Mapping
from typing import Any

from heldout.compiler.syntax.fields import IDENTIFIER, RESERVED, SLUG
from heldout.compiler.syntax.formula_reader import FUNCTIONS
from heldout.compiler.syntax.prior import RANGES, Range
from heldout.compiler.syntax.sharing import MAX_SETS

Schema = dict[str, Any]

_NAME = r"[a-z][a-z0-9_]*"
_REFERENCE = rf"\$\{{{_NAME}(?:\.[A-Za-z_][A-Za-z0-9_-]*){{0,2}}\}}$"
# By its characters, a sign or a digit first among them; the compiler reads it.
_ARITHMETIC = r"\$\{(?=[^}]*[-+*/%(]|\s*\d)[A-Za-z0-9_.,()+*/%\s-]+\}$"
_WHOLE = "a reference is the whole value: ${name}, ${name.field} or ${64000 // name} ($${ for the text)"


def ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def described(schema: Schema, description: str) -> Schema:
    """A schema with a description; beside `$ref` draft-07 would ignore it."""
    body = {"allOf": [schema]} if "$ref" in schema else schema
    return {"description": description, **body} if description else body


def record(properties: Mapping[str, Schema], required: Iterable[str] = (), **more: Any) -> Schema:
    """A mapping with these keys and no others."""
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return schema | ({"required": list(required)} if required else {}) | more


def names(options: Mapping[str, str]) -> Schema:
    """One of some names, each with the description that an editor shows beside it."""
    return {"oneOf": [described({"const": name}, text) for name, text in options.items()]}


def identifiers() -> Schema:
    """Names of axes and stages."""
    return {"pattern": f"^{IDENTIFIER.pattern}".replace(r"\Z", "$"), "not": {"enum": sorted(RESERVED)}}


def slugs() -> Schema:
    """Names of studies, claims, figures, tables and scales."""
    return {"pattern": f"^{SLUG.pattern}".replace(r"\Z", "$")}


def shared_sets(who_has: str) -> Schema:
    """Sets of `shared` that are taken over."""
    return {
        "description": f"Sets of `shared`, whose keys {who_has} too, unless they are written here.",
        "anyOf": [slugs(), {"type": "array", "items": slugs(), "maxItems": MAX_SETS}],
    }


def form_definitions() -> dict[str, Schema]:
    """The definitions that all others rest on."""
    axis_name = described({"type": "string", "pattern": f"^{_NAME}$"}, "An axis of the study.")
    return {
        "reference": {
            "description": "`${axis}`, `${axis.field}`, `${stage}`, `${stage.output}` or `${stage.metric}`.",
            "type": "string",
            "pattern": f"^{_REFERENCE}",
            "patternErrorMessage": _WHOLE,
        },
        "arithmetic": {
            "description": "Arithmetic over references, which stand bare in it: `${64000 // batch}`,"
            " `${1 - shifted.accuracy / clean.accuracy}`. Numbers, + - * / // % **, parentheses, and"
            f" {', '.join(sorted(FUNCTIONS))}.",
            "type": "string",
            "pattern": f"^{_ARITHMETIC}",
            "patternErrorMessage": "write arithmetic in braces: ${1 - shifted.accuracy / clean.accuracy}",
        },
        "text": {
            "type": "string",
            "pattern": rf"^(?![\s\S]*\$\{{)|^\$\$\{{|^{_REFERENCE}|^{_ARITHMETIC}",
            "patternErrorMessage": _WHOLE,
        },
        "scalar": {"type": ["string", "number", "boolean", "null"]},
        "axis-name": axis_name,
        "expression": {
            "anyOf": [
                {"type": ["number", "boolean", "null"]},
                ref("text"),
                {"type": "array", "items": ref("expression")},
                {"type": "object", "additionalProperties": ref("expression")},
            ]
        },
        "prior": _prior(),
        "draw": described(
            record({"search": ref("prior")}, ["search"]),
            "Drawn for each trial of the study's search axis.",
        ),
        "value": {"anyOf": [ref("reference"), ref("arithmetic"), ref("draw")]},
        "previous": described(
            record(
                {
                    "previous": described(ref("reference"), "The stage that is read one step earlier."),
                    "initially": described(
                        {"anyOf": [ref("inputs"), {"type": "null"}]}, "What the first step reads instead."
                    ),
                    "along": described(
                        ref("axis-name"), "The sequence axis, where the study has more than one."
                    ),
                },
                ["previous", "initially"],
            ),
            "A stage one step earlier along a sequence axis.",
        ),
        "slice": described(
            record(
                {
                    "from": described(ref("reference"), "The stage."),
                    "at": {
                        "description": "Levels of its axes; `${axis}` is the level of another axis.",
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": ref("scalar"),
                    },
                },
                ["from", "at"],
            ),
            "A stage at levels of its axes that are named here.",
        ),
        "input": {"anyOf": [ref("reference"), ref("previous"), ref("slice")]},
        "inputs": {"anyOf": [ref("input"), {"type": "array", "items": ref("inputs")}]},
        "condition": {
            "type": "object",
            "additionalProperties": {
                "anyOf": [ref("scalar"), {"type": "array", "items": ref("scalar"), "minItems": 1}]
            },
        },
    }


def _prior() -> Schema:
    said: dict[Range, str] = {
        "uniform": "Real numbers, equally likely from the first to the second.",
        "loguniform": "Real numbers whose logarithm is uniform.",
        "integers": "Integers, equally likely from the first to the second, both included.",
        "logintegers": "Integers whose logarithm is about uniform.",
    }
    ranges: dict[str, Schema] = {name: described(_range(name), said[name]) for name in RANGES}
    choice = {"type": "array", "items": ref("scalar"), "minItems": 1}
    first = described(ref("scalar"), "The value of the first trial, in the place of a draw.")
    alone: Schema = {"maxProperties": 1, "not": {"required": ["first"]}}
    return record(
        {**ranges, "choice": described(choice, "One of these values, equally likely."), "first": first},
        minProperties=1,
        anyOf=[alone, {"minProperties": 2, "maxProperties": 2, "required": ["first"]}],
    )


def _range(name: Range) -> Schema:
    number: Schema = {"type": "integer" if name.endswith("integers") else "number"}
    if name.startswith("log"):
        number["exclusiveMinimum"] = 0
    return {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
