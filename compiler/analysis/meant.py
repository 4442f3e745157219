"""What a plain text was meant to be, where it cannot be what it is."""

import re

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.syntax.expression import Expression, Literal, Reference

_BARE = re.compile(r"([a-z][a-z0-9_]*)(?:\.([A-Za-z_][A-Za-z0-9_-]*))?\Z")
_NUMBER_FIRST = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(\s*)(\D.*)\Z")
_YES_OR_NO = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def meant(scope: Scope, value: Expression) -> str:
    """What to write for a text such as `$split.train`, `split.train` or `{{split.train}}`.

    Returns:
        a hint; empty where it names neither a stage nor an axis.
    """
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        return ""
    match = _BARE.match(value.value.strip("${} "))
    if match is None or match[1] not in {*scope.stages, *scope.axes}:
        return ""
    return f"write `{Reference(match[1], match[2], value.span)}`"


def meant_value(found: object, types: list[str]) -> str:
    """What to write for a text where none can stand.

    Args:
        found: the value.
        types: of a JSON schema, that it could have.

    Returns:
        a hint; empty where there is no telling.
    """
    if not isinstance(found, str) or "string" in types:
        return ""
    if "boolean" in types and found.lower() in _YES_OR_NO:
        return f"write `{_YES_OR_NO[found.lower()]}`"
    if "array" in types and not {"integer", "number"} & {*types}:
        return f"write `[{found[:60]}]`"
    match = _NUMBER_FIRST.match(found)
    if match is None or not {"integer", "number"} & {*types}:
        return ""
    number, gap, rest = match[1], match[2], match[3]
    if rest.startswith("%") and "number" in types:
        return f"write `{float(number) / 100:g}`"
    if rest.startswith(("#", "//")):
        return f"write `{number}`; a comment begins with a space and `#`" if not gap or rest[0] == "/" else ""
    return f"write a number, such as `{number}`"
