"""What people did where the parser of YAML stops: its own words are of tokens, and where it noticed."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import yaml

_INDENT = re.compile(r"[ \t]*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^']|'')*'")
LONGEST_KEY = 1024
_ONE_WORD = re.compile(r"[\s{,-]*([A-Za-z_][\w-]*):([^\s:/].*)")


class Place(NamedTuple):
    """A line and a column, from 0."""

    line: int
    column: int


class Found(NamedTuple):
    """A mistake, where it was made, and what to write instead."""

    message: str
    place: Place
    hint: str


def explain(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Found:
    """A mistake of YAML in the words of somebody who writes a spec.

    Args:
        error: the parser's.
        lines: of the spec.
    """
    mark = error.problem_mark or error.context_mark
    end = Place(mark.line, mark.column) if mark is not None else Place(0, 0)
    begin = end if error.context_mark is None else Place(error.context_mark.line, error.context_mark.column)
    context, problem = error.context or "", error.problem or ""
    return (
        _tab(lines, end)
        or _open_quote(lines, begin, end)
        or _one_word(lines, begin)
        or _long_key(lines, begin, end)
        or _nested(lines, begin, end, problem)
        or _left_over(lines, end, problem)
        or _unfinished(context, problem, begin, end)
        or _first_letter(lines, end, f"{context} {problem}")
        or _told(f"{context} {problem}", begin, end)
        or Found(
            "the text breaks a rule of YAML here, or a little above",
            end,
            "check indentation, colons, quotes and brackets",
        )
    )


# What the parser says, and what that is in the words of somebody who writes a spec.
_PARSER_SAYS = {
    "found unexpected end of stream": (
        "a quotation mark is opened here and never closed",
        "close it; write one inside of single quotes twice: `'it''s'`",
    ),
    "invalid Unicode character escape code": (
        "this escape stands for no character",
        "write the character itself; a backslash in double quotes is written `\\\\`",
    ),
    "expected hexdecimal number": (
        "a backslash in double quotes begins an escape",
        "write `\\\\`, or use single quotes",
    ),
    "found unexpected ':'": (
        "a colon stands here without a value after it",
        "write `name: value`, and `name: null` for nothing",
    ),
    "expected <document start>": (
        "text stands after the end of the spec",
        "remove the line `...` above it, or this text",
    ),
    "directive": ("a line that begins with `%` is no part of a spec", "remove it"),
    "incompatible YAML document": ("a spec is YAML 1.2", "remove the line `%YAML`"),
    "did not find expected node content": ("a value is missing here", "write one, or `null` for nothing"),
}


def _told(said: str, begin: Place, end: Place) -> Found | None:
    """What the parser says clearly enough to be put into other words."""
    for words, (message, hint) in _PARSER_SAYS.items():
        if words in said:
            return Found(message, begin if "quotation" in message else end, hint)
    return None


def _long_key(lines: Sequence[str], begin: Place, end: Place) -> Found | None:
    """YAML looks for the colon of a name in so many characters."""
    if begin.line != end.line or end.column - begin.column <= LONGEST_KEY:
        return None
    indent = len(_at(lines, end.line)) - len(_at(lines, end.line).lstrip(" "))
    if ":" in _at(lines, end.line)[: end.column]:
        return None
    message = f"a name has at most {LONGEST_KEY:,} characters"
    return Found(message, Place(end.line, indent), "shorten it")


def _left_over(lines: Sequence[str], end: Place, problem: str) -> Found | None:
    """What stands where a value has already ended."""
    if "did not find expected key" not in problem:
        return None
    text = _at(lines, end.line)
    before, after = text[: end.column].rstrip(), text[end.column :].lstrip()
    if not before and after.startswith(":"):
        return Found("an entry has no name", end, "write `name: value`")
    if after[:1] in ("}", "]"):
        return Found(f"`{after[0]}` closes nothing", end, "remove it")
    if before[-1:] in ('"', "'", "}", "]"):
        message = f"the value ends with its `{before[-1]}`, and more stands after it"
        return Found(message, end, "put all of the value in quotes, or remove what follows")
    return None


def _tab(lines: Sequence[str], end: Place) -> Found | None:
    indent = _INDENT.match(_at(lines, end.line))
    if indent is None or "\t" not in indent[0]:
        return None
    return Found(
        "a tab stands where YAML wants spaces", Place(end.line, indent[0].index("\t")), "indent by spaces"
    )


def _open_quote(lines: Sequence[str], begin: Place, end: Place) -> Found | None:
    """The first line, from where the parser began to where it stopped, that leaves a quote open."""
    for number in range(min(begin.line, end.line), min(end.line + 1, len(lines))):
        line = lines[number]
        rest = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), line.partition(" #")[0])
        column = rest.find('"')
        if column >= 0:
            hint = 'close it, and write a quotation mark inside a text as `\\"`'
            return Found(
                "a quotation mark is opened here and not closed in its line", Place(number, column), hint
            )
    return None


def _one_word(lines: Sequence[str], begin: Place) -> Found | None:
    """`steps:200`, which YAML takes for one word, and goes on with the line below."""
    for number in (begin.line, begin.line - 1):
        match = _ONE_WORD.match(_at(lines, number))
        if match is not None:
            hint = f"write `{match[1]}: {match[2][:40].strip()}`, with a space after the colon"
            place = Place(number, match.start(1))
            return Found(f"`{match[1]}:` is not followed by a space", place, hint)
    return None


def _nested(lines: Sequence[str], begin: Place, end: Place, problem: str) -> Found | None:
    """A line that is indented otherwise than those beside it, or a colon in a text without quotes."""
    text = _at(lines, end.line)
    if "mapping values are not allowed" in problem and ":" not in text[: end.column] and end.line > 0:
        number = next((n for n in reversed(range(end.line)) if lines[n].strip()), 0)
        above = lines[number]
        indents = len(text) - len(text.lstrip(" ")), len(above) - len(above.lstrip(" "))
        if indents[0] == indents[1]:
            message = "this is neither an entry `name: value` nor part of one"
            return Found(message, Place(number, indents[1]), "write `name: value`")
        message = f"this line is indented by {indents[0]}, and the one above by {indents[1]}"
        return Found(message, Place(end.line, indents[0]), "indent the entries of one mapping alike")
    if "mapping values are not allowed" in problem:
        hint = "put a text that holds `: ` in quotes; an entry of its own stands in a line of its own"
        return Found("a second colon stands in one entry", end, hint)
    if "did not find expected key" not in problem and "did not find expected '-'" not in problem:
        return None
    indent = len(text) - len(text.lstrip(" "))
    if indent == begin.column or indent != end.column:
        return None
    message = (
        f"this line is indented by {indent}, and those beside it by {begin.column} (line {begin.line + 1})"
    )
    return Found(message, end, f"indent it by {begin.column}, or by more to put it below the line above")


def _unfinished(context: str, problem: str, begin: Place, end: Place) -> Found | None:
    """A bracket that is not closed, or a comma that is missing in it."""
    for kind, opened, closed in (("mapping", "{", "}"), ("sequence", "[", "]")):
        if f"flow {kind}" in context:
            where = f" of line {begin.line + 1}" if begin.line != end.line else ""
            hint = f"write `,` before the next entry, or close the `{opened}`{where} with `{closed}`"
            return Found(f"a comma or `{closed}` is missing", end, hint)
    if "could not find expected ':'" in problem:
        return Found("this is neither an entry `name: value` nor part of one", begin, "write `name: value`")
    return None


def _first_letter(lines: Sequence[str], end: Place, said: str) -> Found | None:
    """What a plain text cannot begin with."""
    letter = _at(lines, end.line)[end.column : end.column + 1]
    if letter in ("@", "`", "%") and "cannot start any token" in said:
        return Found(f"a text cannot begin with `{letter}`", end, "put it in quotes")
    if letter in ("*", "&") or "alias" in said or "anchor" in said:
        return Found("a text cannot begin with `*` or `&`", end, "put it in quotes")
    if "unknown escape character" in said:
        return Found(
            "a backslash in double quotes begins an escape", end, "write `\\\\`, or use single quotes"
        )
    return None


def _at(lines: Sequence[str], number: int) -> str:
    return lines[number] if 0 <= number < len(lines) else ""
