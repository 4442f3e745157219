"""A run held against the ledger: the verdicts and cells of tables that differ, or that one of them lacks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from heldout.compiler.ledger.entry import Cell, Entry, Table, Verdict
from heldout.compiler.ledger.standing import Standing

# What is compared. Words that hold numbers follow from these, and from code of the report.
VERDICT_PARTS = (
    *("says", "kind", "verdict", "effect", "null", "interval", "p_claimed_adjusted", "p_opposite_adjusted"),
    *("alpha", "num_claims", "num_units", "oracle"),
)
CELL_PARTS = ("mean", "half_width", "runs", "missing", "oracle")
# What is left of them where costs are measured, which are other numbers at every run; and what stands in the
# place of p-values that Holm's correction has mixed with those of claims on costs.
MEASURED_VERDICT_PARTS = ("says", "kind", "null", "alpha", "num_claims", "num_units", "oracle")
MEASURED_CELL_PARTS = ("runs", "missing", "oracle")
BESIDE_MEASURED = {"p_claimed_adjusted": "p_claimed", "p_opposite_adjusted": "p_opposite"}

Place = Literal["verdict", "table"]


@dataclass(frozen=True)
class Difference:
    """Something that the ledger and a run do not have alike.

    Attributes:
        id: of the claim or the table.
        at: of a cell, its levels by axis.
        part: of the verdict or cell; empty where one of the two lacks it whole.
        ledger, run: what they have; None where they have nothing.
    """

    place: Place
    id: str
    at: Mapping[str, str | None]
    part: str
    ledger: Any
    run: Any

    def json(self) -> dict[str, Any]:
        """For scripts."""
        return {**vars(self), "at": dict(self.at)}

    def words(self) -> str:
        """The difference in a line."""
        at = ", ".join(f"{axis} {'average' if level is None else level}" for axis, level in self.at.items())
        where = f"{self.place} {self.id}{f' ({at})' if at else ''}"
        if not self.part:
            return f"{where}: {'only in the run' if self.ledger is None else 'only in the ledger'}"
        return f"{where}, {self.part}: {_said(self.ledger)} in the ledger, {_said(self.run)} in the run"


@dataclass(frozen=True)
class Comparison:
    """A run held against the ledger.

    Attributes:
        verdicts, cells: that were compared, and those that one of the two lacks.
        standing: of the entry: where it is stale, the run is of other tasks.
    """

    verdicts: int
    cells: int
    differences: tuple[Difference, ...]
    standing: Standing

    @property
    def equal(self) -> bool:
        return not self.differences

    def json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "equal": self.equal,
            "verdicts": self.verdicts,
            "cells": self.cells,
            "differences": [one.json() for one in self.differences],
            "ledger": self.standing.json(),
        }


def compare_entries(ledger: Entry, run: Entry, tolerance: float, standing: Standing) -> Comparison:
    """Hold a run against the ledger.

    Args:
        ledger: what was recorded, with its verdicts and tables.
        run: what would be recorded now.
        tolerance: x and y are equal where |x - y| <= this * max(1, |x|, |y|).
        standing: of the first to the study of the second.
    """
    verdicts = list(_pairs(_by_id(_with_parts(ledger.verdicts)), _by_id(_with_parts(run.verdicts))))
    tables = list(_pairs(_by_id(ledger.tables), _by_id(run.tables)))
    found: list[Difference] = []
    beside = any(one.measured for _, *pair in verdicts for one in pair if one is not None)
    parts = tuple(BESIDE_MEASURED.get(part, part) for part in VERDICT_PARTS) if beside else VERDICT_PARTS
    for name, then, now in verdicts:
        compared = MEASURED_VERDICT_PARTS if _is_measured(then, now) else parts
        found += _parts("verdict", name, {}, compared, then, now, tolerance)
    cells = 0
    for name, then, now in tables:
        if then is None or now is None:
            found.append(Difference("table", name, {}, "", _there(then), _there(now)))
        for at, was, is_now in _pairs(_cells(then), _cells(now)):
            cells += 1
            if then is not None and now is not None:
                shown = MEASURED_CELL_PARTS if _is_measured(was, is_now) else CELL_PARTS
                found += _parts("table", name, dict(at), shown, was, is_now, tolerance)
    return Comparison(len(verdicts), cells, tuple(found), standing)


def _with_parts(verdicts: Iterable[Verdict] | None) -> Iterator[Verdict]:
    """Verdicts, each with those of its tests where it has several."""
    for one in verdicts or ():
        yield from (one, *one.parts)


def _by_id(parts: Iterable[Any] | None) -> dict[str, Any]:
    return {one.id: one for one in parts or ()}


def _cells(table: Table | None) -> dict[tuple[tuple[str, str | None], ...], Cell]:
    """The cells of a table by their levels, whose axes may stand in any order."""
    if table is None:
        return {}
    return {tuple(sorted(zip(table.axes, cell.at, strict=True))): cell for cell in table.cells}


def _pairs(then: Mapping[Any, Any], now: Mapping[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    return ((name, then.get(name), now.get(name)) for name in dict.fromkeys([*then, *now]))


def _parts(
    place: Place,
    name: str,
    at: Mapping[str, str | None],
    parts: Iterable[str],
    then: Verdict | Cell | None,
    now: Verdict | Cell | None,
    tolerance: float,
) -> Iterator[Difference]:
    if then is None or now is None:
        yield Difference(place, name, at, "", _there(then), _there(now))
        return
    for part in parts:
        was, is_now = getattr(then, part), getattr(now, part)
        if not _alike(was, is_now, tolerance):
            yield Difference(place, name, at, part, was, is_now)


def _is_measured(then: Verdict | Cell | None, now: Verdict | Cell | None) -> bool:
    """Whether both are what tasks cost."""
    return then is not None and now is not None and then.measured and now.measured


def _there(one: object) -> bool | None:
    return None if one is None else True


def _alike(x: Any, y: Any, tolerance: float) -> bool:
    if isinstance(x, tuple) and isinstance(y, tuple):
        return len(x) == len(y) and all(_alike(*pair, tolerance) for pair in zip(x, y, strict=True))
    if isinstance(x, float) and isinstance(y, float):
        return abs(x - y) <= tolerance * max(1.0, abs(x), abs(y))
    return bool(x == y)


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return " to ".join(map(_said, value))
    return f"{value:.8g}" if isinstance(value, float) else str(value)
