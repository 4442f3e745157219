"""Markdown from docstrings and from JSON schemas."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

_SECTION = re.compile(r"^(Args|Returns|Raises|Attributes|Yields):\s*$", re.MULTILINE)
_CODE = re.compile(r"(`[^`]*`)")
_TYPES = {
    "integer": "integer",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
    "null": "nothing",
}


def prose(text: str) -> str:
    """Text of a docstring as Markdown: what stands outside backticks means itself."""
    parts = _CODE.split(text)
    return "".join(part if part.startswith("`") else re.sub(r"([*<\\])", r"\\\1", part) for part in parts)


def body(doc: str) -> str:
    """A docstring up to its sections, with the departures from the paper in a paragraph of their own."""
    text = prose(_SECTION.split(doc)[0].strip())
    return re.sub(r"\n+Differs from the paper:", "\n\n*Differs from the paper:*", text)


def section(doc: str, name: str) -> str:
    """One section of a docstring as a line of text; empty where there is none."""
    parts = _SECTION.split(doc)
    found = dict(zip(parts[1::2], parts[2::2], strict=True)).get(name, "")
    return prose(" ".join(found.split()))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; empty without rows."""
    lines = [" | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in row) for row in rows]
    if not lines:
        return ""
    return "\n".join(f"| {line} |" for line in [" | ".join(head), " | ".join(["---"] * len(head)), *lines])


def code(value: Any) -> str:
    """A value as a spec writes it."""
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def type_text(schema: dict[str, Any]) -> str:
    """What a JSON schema allows, in words."""
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_text(option) for option in schema["anyOf"]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " or ".join(_TYPES[k] for k in kind)
    if kind == "array":
        items = schema.get("items")
        if isinstance(items, list):
            return "list of " + ", ".join(type_text(one) for one in items)
        return f"list of {type_text(items)}" if items else "list"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"mapping to {type_text(schema['additionalProperties'])}"
    return " ".join([_TYPES.get(str(kind), "any value"), *_bounds(schema)])


def _bounds(schema: dict[str, Any]) -> list[str]:
    words = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    return [", ".join(f"{sign} {schema[key]}" for key, sign in words.items() if key in schema)] * any(
        key in schema for key in words
    )
