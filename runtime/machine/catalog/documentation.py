"""What a docstring says of a function, its parameters and its outputs."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from docstring_parser.google import DEFAULT_SECTIONS, GoogleParser, Section, SectionType

from heldout.runtime.groups import groups


class Documentation(NamedTuple):
    """The parts of a docstring.

    Attributes:
        summary: its first sentence.
        doc: all of it, without the indentation.
        parameters: descriptions by parameter.
        outputs: descriptions by output port; one without a name is under "".
    """

    summary: str
    doc: str
    parameters: dict[str, str]
    outputs: dict[str, str]


def documentation(function: Callable[..., Any], *, named_outputs: bool = False) -> Documentation:
    """Parse a function's docstring in Google's style.

    A group of parameters describes its own, unless the function does.

    Args:
        function: any function; without a docstring every part is empty.
        named_outputs: `Returns:` lists outputs by name, one an entry.
    """
    doc = inspect.getdoc(function) or ""
    sections = [section for section in DEFAULT_SECTIONS if section.key != "returns"]
    returns = SectionType.MULTIPLE if named_outputs else SectionType.SINGULAR
    parsed = GoogleParser([*sections, Section("Returns", "returns", returns)]).parse(doc)
    parameters = {p.arg_name: _one_line(p.description) for p in parsed.params}
    within = groups(function).values() if inspect.isfunction(function) else ()
    said = {name: text for group in within for kind in group.kinds() for name, text in _fields(kind).items()}
    parameters = said | parameters
    outputs = {
        (meta.args[1] if named_outputs and len(meta.args) > 1 else ""): _one_line(meta.description)
        for meta in parsed.meta
        if meta.args[0] == "returns"
    }
    return Documentation(_first_sentence(_one_line(parsed.short_description)), doc, parameters, outputs)


def _fields(kind: type) -> dict[str, str]:
    """What a dataclass says of its fields, by name."""
    said = GoogleParser().parse(inspect.cleandoc(kind.__doc__ or "")).params
    return {p.arg_name: _one_line(p.description) for p in said}


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _first_sentence(text: str) -> str:
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]
