"""A file of levels: one a line, or a table of them in CSV, each with its place."""

import csv
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from heldout.compiler.diagnostics import Diagnostic, Span, source_lines
from heldout.compiler.syntax.texts import Text
from heldout.compiler.syntax.tree import Scalar
from heldout.compiler.syntax.yaml_reader import CONTROL, FORBIDDEN, SpecError, decode

SUFFIXES = (".txt", ".csv")
MOST_FIELDS = 100

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,17})?(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", re.ASCII)
# Words that make something else of a mapping than the fields of a level.
_WORDS = frozenset({"from", "at", "previous", "initially", "along", "search", "with"})
_LARGEST = 2**53 - 1  # beyond, JSON readers no longer agree on an integer


@dataclass(frozen=True)
class Listed:
    """One level of a file, and what the file says of it: fields that are empty there are left out."""

    name: Scalar
    fields: tuple[tuple[Scalar, Scalar], ...]

    def number(self, field: str) -> int | float | None:
        """A number that it has; None where it has none."""
        value = next((value.value for key, value in self.fields if key.value == field), None)
        return value if isinstance(value, int | float) else None


@dataclass(frozen=True)
class LevelFile:
    """The levels of a file, in its order.

    Attributes:
        fields: the columns beside the first, in which the levels stand.
        numbers: those of them that hold numbers.
    """

    levels: tuple[Listed, ...]
    fields: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()


def read_level_file(text: Text) -> LevelFile:
    """What a file of levels holds.

    `.txt` has one level a line. `.csv` has the names of columns first, then a level a line: what it is
    called in the first column, fields in others. A field is a number where the whole column holds
    numbers, and else a text; so is what levels are called, where all are written as numbers are shown (`15`,
    `0.5`, but not `0021`, `15.0` or `1e3`). Empty lines say nothing.

    Raises:
        SpecError: it is no such file.
    """
    decoded = decode(text.data, text.file)
    lines = source_lines(decoded)
    for number, line in enumerate(lines, 1):
        _refuse_characters(line, Span(text.file, number, 1, max(1, len(line))))
    if text.path.endswith(".csv"):
        return _table(lines, text.file)
    listed = [(line.strip(), _place(text.file, number, line)) for number, line in enumerate(lines, 1)]
    names = _column([(name, place) for name, place in listed if name], _number_of_name)
    return LevelFile(tuple(Listed(name, ()) for name in names))


def _place(file: str, number: int, line: str) -> Span:
    return Span(file, number, len(line) - len(line.lstrip()) + 1, max(1, len(line.strip())))


def _refuse_characters(line: str, place: Span) -> None:
    if (found := FORBIDDEN.search(line) or CONTROL.search(line) or re.search("\t", line)) is not None:
        message = f"the line holds the control character U+{ord(found[0]):04X}"
        hint = "remove it, or write a space in its place"
        raise SpecError(Diagnostic("control-character", message, place, hint))
    if "${" in line:
        message, hint = "a file of levels refers to nothing", "write a level that refers in the spec"
        raise SpecError(Diagnostic("bad-level", message, place, hint))


def _table(lines: list[str], file: str) -> LevelFile:
    read = (_row(line, _place(file, number, line)) for number, line in enumerate(lines, 1))
    rows = [row for row in read if row is not None]
    if not rows:
        return LevelFile(())
    (header, place), *rest = rows
    _check_header(header, place)
    for cells, where in rest:
        if len(cells) != len(header):
            found = f"{len(cells)} value{'s' if len(cells) != 1 else ''}"
            message = f"the line has {found}, and there are {len(header)} columns"
            hint = "write one for each, and nothing between commas where there is none"
            raise SpecError(Diagnostic("bad-level", message, where, hint))
        if not cells[0]:
            hint = "write its name before the first comma"
            raise SpecError(Diagnostic("bad-level", "the line names no level", where, hint))
    columns = [
        _column([(row[index], where) for row, where in rest], _number if index else _number_of_name)
        for index in range(len(header))
    ]
    keys = [Scalar(name, place) for name in header[1:]]
    levels = tuple(
        Listed(name, tuple((key, one) for key, one in zip(keys, fields, strict=True) if one.value != ""))
        for name, *fields in zip(*columns, strict=True)
    )
    numbers = (
        name
        for name, column in zip(header[1:], columns[1:], strict=True)
        if any(isinstance(one.value, int | float) for one in column)
    )
    return LevelFile(levels, tuple(header[1:]), frozenset(numbers))


def _row(line: str, place: Span) -> tuple[list[str], Span] | None:
    """The values of a line, without spaces around them; None of an empty one."""
    if not line.strip():
        return None
    try:
        return [value.strip() for value in next(csv.reader([line], strict=True))], place
    except csv.Error as error:
        hint = "write a level a line, and texts with commas in quotes"
        raise SpecError(Diagnostic("bad-level", f"this is no line of CSV: {error}", place, hint)) from error


def _check_header(header: list[str], place: Span) -> None:
    """The first line names columns: the first as it likes, the others as fields may be called."""
    for index, name in enumerate(header):
        if index and (not _FIELD.fullmatch(name) or name in _WORDS):
            message = f"`{name[:60]}` is no name for a field of levels"
            hint = "the first line names the columns, in letters, digits, `_` and `-`: `camera,rows`"
            raise SpecError(Diagnostic("bad-name", message, place, hint))
        if name in header[:index]:
            message = f"two columns are called `{name[:60]}`"
            raise SpecError(Diagnostic("duplicate-key", message, place, "rename one, or leave it out"))
    if len(header) > MOST_FIELDS:
        message = f"the file has {len(header):,} columns; at most {MOST_FIELDS}"
        raise SpecError(Diagnostic("out-of-range", message, place, "leave out what the study does not read"))


def _column(values: list[tuple[str, Span]], number_of: Callable[[str], int | float | None]) -> list[Scalar]:
    """The values of a column: numbers where all are numbers that are there, else texts."""
    numbers = {text: number_of(text) for text, _ in values if text}
    as_text = not numbers or None in numbers.values()
    return [Scalar(text if as_text else numbers.get(text, ""), place) for text, place in values]


def _number(text: str) -> int | float | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = int(text) if text.lstrip("-").isdigit() else float(text)
    too_large = abs(number) > _LARGEST if isinstance(number, int) else not math.isfinite(number)
    return None if too_large else number


def _number_of_name(text: str) -> int | float | None:
    """A number that is shown as it is written: what a level is called is not to change."""
    number = _number(text)
    if isinstance(number, float) and number.is_integer():
        return None  # it would be shown as the integer
    return number if str(number) == text else None
