"""Two runs of a study, cell by cell."""

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import pyarrow as pa

from heldout.runtime.artifacts.columns import read_columns
from heldout.runtime.results.levels import level_text

RESULTS = "results.parquet"
NEEDED = ("stage", "port", "metric", "value", "reason")
ROW_COLUMNS = ("step", "group", "oracle")  # of a value; all other columns are axes
State = Literal["identical", "within", "different", "only in A", "only in B", "missing in both"]
STATES: tuple[State, ...] = get_args(State)
EQUAL: tuple[State, ...] = ("identical", "within", "missing in both")

Cell = tuple[tuple[str, Any], ...]  # the stage and the levels of its axes, by name


class Key(NamedTuple):
    """What a value is found by: its cell, its metric, and where in the cell's Tables it stands."""

    cell: Cell
    metric: str
    within: tuple[tuple[str, Any], ...]


class Run(NamedTuple):
    """The values of a run, and the cells that it lacks."""

    values: dict[Key, float | None]
    missing: set[Cell]


class Difference(NamedTuple):
    """A value that two runs do not share.

    Attributes:
        state: `different`, or which run alone has it.
        a, b: the values; None where it is missing.
    """

    stage: str
    metric: str
    cell: dict[str, Any]
    state: State
    a: float | None
    b: float | None

    @property
    def size(self) -> float:
        """How far apart they are; infinite where one is missing or no number."""
        if self.a is None or self.b is None:
            return math.inf
        return found if math.isfinite(found := abs(self.a - self.b)) else math.inf


@dataclass(frozen=True)
class Line:
    """The values of one metric of one stage.

    Attributes:
        counts: state -> values.
        largest: the largest difference among values that both runs have.
    """

    stage: str
    metric: str
    counts: dict[State, int]
    largest: float


@dataclass(frozen=True)
class Comparison:
    """Two runs held against each other.

    Attributes:
        differences: the farthest apart first.
    """

    lines: tuple[Line, ...]
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        return not self.differences

    def count(self, state: State) -> int:
        return sum(line.counts.get(state, 0) for line in self.lines)


def find_results(place: Path) -> Path:
    """The results.parquet of a workflow's folder, of a report's folder, or the file itself.

    Raises:
        ValueError: there is none.
    """
    for path in (place, place / RESULTS, place / "report" / RESULTS):
        if path.is_file():
            return path
    raise ValueError(f"there are no results in {place}: no {RESULTS}, also not in its folder report")


def read_run(path: Path) -> Run:
    """The values and the missing cells of a results.parquet.

    A Table may hold a key again: its rows are then numbered.

    Raises:
        ValueError: it is no file of results.
    """
    try:
        table = read_columns(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(f"{path} cannot be read as Parquet: {error}") from error
    lacking = [name for name in NEEDED if name not in table.column_names]
    if lacking:
        raise ValueError(f"{path} is no file of results: it has no column {lacking[0]}")
    axes = [name for name in table.column_names if name not in (*NEEDED, *ROW_COLUMNS)]
    run = Run({}, set())
    seen: Counter[Key] = Counter()
    for row in table.to_pylist():
        cell = tuple((name, row[name]) for name in ("stage", *axes) if row[name] is not None)
        if row["reason"] is not None:
            run.missing.add(cell)
            continue
        within = tuple((name, row[name]) for name in ("port", "step", "group") if row.get(name) is not None)
        key = Key(cell, row["metric"], within)
        seen[key] += 1
        if seen[key] > 1:
            key = key._replace(within=(*within, ("row", seen[key])))
        run.values[key] = row["value"]
    return run


def compare_results(a: Path, b: Path, tolerance: float = 0.0) -> Comparison:
    """Two files of results, value by value.

    Args:
        tolerance: values x and y are within it where |x - y| <= tolerance * max(1, |x|, |y|).

    Raises:
        ValueError: one of them is no file of results.
    """
    first, second = read_run(a), read_run(b)
    counts: dict[tuple[str, str], Counter[State]] = {}
    largest: dict[tuple[str, str], float] = {}
    differences = []
    for key in {**first.values, **second.values}:
        state = state_of(key, first, second, tolerance)
        place = dict((*key.cell, *key.within))
        line = (place.pop("stage"), key.metric)
        one = Difference(*line, place, state, first.values.get(key), second.values.get(key))
        counts.setdefault(line, Counter())[state] += 1
        if state in ("within", "different"):
            largest[line] = max(largest.get(line, 0.0), one.size)
        if state not in EQUAL:
            differences.append(one)
    there = {key.cell for key in (*first.values, *second.values)}
    for cell in (first.missing | second.missing) - there:
        counts.setdefault((dict(cell)["stage"], ""), Counter())["missing in both"] += 1
    lines = tuple(Line(*at, dict(found), largest.get(at, 0.0)) for at, found in sorted(counts.items()))
    return Comparison(lines, tuple(sorted(differences, key=lambda one: -one.size)))


def state_of(key: Key, first: Run, second: Run, tolerance: float) -> State:
    """How a value of one run stands to that of the other."""
    if key not in second.values:
        return "only in A"
    if key not in first.values:
        return "only in B"
    x, y = first.values[key], second.values[key]
    if x == y or (x != x and y != y):  # NaN is the same as NaN
        return "identical"
    if x is None or y is None:
        return "different"
    apart = abs(x - y)  # infinite values and NaN are near nothing but themselves
    near = math.isfinite(apart) and apart <= tolerance * max(1.0, abs(x), abs(y))
    return "within" if near else "different"


def cell_text(cell: dict[str, Any]) -> str:
    """A cell's coordinates in words."""
    return ", ".join(f"{name} {level_text(level)}" for name, level in cell.items())
