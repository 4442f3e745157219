"""Diagnostics: errors as values with a place, drawn once at the command line."""

import difflib
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from heldout.compiler.refusal import Refusal


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of one line of a spec. Lines and columns count from 1, in characters."""

    file: str
    line: int
    column: int
    length: int = 1


@dataclass(frozen=True)
class Diagnostic:
    """One mistake in a spec, or a warning: what is allowed and rarely meant."""

    code: str  # stable and searchable, explained in compiler/explanations/CODE.md
    message: str  # what is wrong, with the value
    span: Span
    hint: str = ""  # what to write instead
    severity: Literal["error", "warning"] = "error"

    def json(self) -> dict[str, Any]:
        """For editors and scripts."""
        about = {"severity": self.severity, "code": self.code, "message": self.message, "hint": self.hint}
        return {**about, **asdict(self.span)}


class Mistakes(Refusal):
    """A spec has mistakes; as text they are drawn.

    Attributes:
        found: the mistakes, at least one.
    """

    def __init__(
        self, found: Sequence[Diagnostic], file: str, texts: Mapping[str, str], scale: str | None = None
    ) -> None:
        drawn = draw(found, texts)
        where = f"{file} at {scale}" if scale else file
        count = f"{len(found)} error{'s' if len(found) != 1 else ''} in {where}"
        more = f"`heldout explain {min(d.code for d in found)}` says more"
        super().__init__(f"{drawn}\n\n{count}; {more}")
        self.found = tuple(found)


class TooManyProblems(Exception):
    """A spec has so many mistakes that more would help nobody."""


class Problems(list[Diagnostic]):
    """The mistakes found so far; ends the search for more when there are enough."""

    LIMIT = 100

    def append(self, problem: Diagnostic) -> None:
        if problem in self:
            return  # several levels, or stages that are like each other, may share one mistake
        super().append(problem)
        if len(self) >= self.LIMIT:
            raise TooManyProblems


# What ends a line of a spec; Python's own `splitlines` knows others besides.
_LINE_BREAK = re.compile("\r\n|[\n\r]")


def source_lines(text: str) -> list[str]:
    """The lines of a spec, as spans count them."""
    return _LINE_BREAK.split(text)


MOST_LISTED = 12  # names that a hint lists


def nearest(name: object, known: Iterable[object]) -> str:
    """A hint that names what is closest to a wrong name, or all that there is."""
    names = sorted({str(k)[:100] for k in itertools.islice(known, 500)})
    if not names:
        return "there is none to choose from"
    wrong = str(name)[:100]
    close = (
        difflib.get_close_matches(wrong, names, n=1, cutoff=0.6)
        or [known for known in names if _initials(known) == wrong][:1]
    )
    others = [n for n in names if n not in close]
    if close and 0 < len(others) <= MOST_LISTED:
        return f"write `{close[0]}`, or one of: {', '.join(others)}"
    if close:
        return f"write `{close[0]}`"
    beside = wrong.partition("/")[0] + "/"  # what is in its folder first
    others.sort(key=lambda known: not known.startswith(beside))
    return f"write one of: {', '.join(others[:MOST_LISTED])}{', …' if len(others) > MOST_LISTED else ''}"


def _initials(name: str) -> str:
    """`lr` of `learning_rate`; nothing of one word."""
    words = re.split("[_-]", name)
    return "".join(word[:1] for word in words) if len(words) > 1 else ""


def draw(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> str:
    """Diagnostics as text: place, code and message, the line of the spec, and a caret with the hint.

    Args:
        diagnostics: drawn in order of place.
        sources: the text of each file that a span may name.
    """
    lines = {file: source_lines(text) for file, text in sources.items()}
    blocks = []
    for d in sorted(diagnostics, key=lambda d: (d.span, d.code, d.message)):
        place = f"{d.span.file}:{d.span.line}:{d.span.column}"
        block = [f"{place}: {d.severity}[{d.code}]: {_printable(_shortened(d.message))}"]
        source = lines.get(d.span.file, [])
        if 0 < d.span.line <= len(source):
            block += _excerpt(source[d.span.line - 1], d)
        elif d.hint:
            block.append(f"  {_printable(_shortened(d.hint))}")
        blocks.append("\n".join(block))
    return "\n\n".join(blocks)


def _excerpt(line: str, d: Diagnostic, width: int = 100) -> list[str]:
    """The line and its caret, cut around the column where the line is long."""
    start = max(0, d.span.column - 1 - width // 2) if len(line) > width else 0
    shown = _printable(line[start : start + width])
    margin = f"{d.span.line} | "
    indent = " " * (len(margin) + d.span.column - 1 - start)
    carets = "^" * max(1, min(d.span.length, len(shown) - (d.span.column - 1 - start)))
    return [margin + shown, f"{indent}{carets} {_printable(_shortened(d.hint))}".rstrip()]


def _shortened(text: str, most: int = 600) -> str:
    """A text that quotes a value of the spec, which may be very long."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)
