"""What came out of a reproduction, beside what was archived."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from heldout.compiler.analysis.costs import measured_stages
from heldout.compiler.archive import contents
from heldout.compiler.compile import Compiled, reads_of
from heldout.compiler.reproduce.archived import ArchivedPlan, ArchivedTask, task_in_archive
from heldout.compiler.reproduce.selection import PlannedCell
from heldout.compiler.store.index import stored_records

# A loss of a task in a stack agrees with that of the task alone to this part of itself.
STACKED = 1e-5

State = Literal["identical", "within", "different", "missing", "new", "missing in both"]
STATES: tuple[State, ...] = get_args(State)
AGREEING: frozenset[State] = frozenset({"identical", "within", "new", "missing in both"})

Row = Mapping[str, Any]


def cells_to_compare(
    compiled: Compiled,
    cells: Iterable[PlannedCell],
    plan: ArchivedPlan,
    archived: Mapping[str, ArchivedTask],
    store: Path,
    tolerance: float,
) -> list[dict[str, Any]]:
    """What the runtime is asked to compare.

    Args:
        compiled: the study with the tasks that were computed again.
        cells: those tasks.
        plan: of the archive.
        archived: its results.
        store: the new results.
        tolerance: of every stage, where its own is not larger.
    """
    stacked = {task for task, one in archived.items() if one.stacked}
    stacked |= {record["task"] for record in stored_records(store) if "stack" in record}
    near, measured = _and_what_reads_them(compiled, stacked), measured_stages(compiled.scope)
    asked = []
    for cell in cells:
        own = compiled.expansions[cell.stage].stage.tolerance
        least = STACKED if cell.task in near else 0.0
        asked.append(
            {
                "stage": cell.stage,
                "coordinates": dict(cell.coordinates),
                "task": cell.task,
                "kept": task_in_archive(cell, plan, archived.keys()),
                "tolerance": max(own, tolerance, least),
                "measured": cell.stage in measured,
            }
        )
    return asked


def _and_what_reads_them(compiled: Compiled, tasks: Set[str]) -> set[str]:
    """Some tasks, and all that are computed from them."""
    readers: dict[str, list[str]] = {}
    for task, reads in reads_of([compiled]).items():
        for read in reads:
            readers.setdefault(read, []).append(task)
    found: set[str] = set()
    waiting = list(tasks)
    while waiting:
        task = waiting.pop()
        if task not in found:
            found.add(task)
            waiting += readers.get(task, [])
    return found


@dataclass(frozen=True)
class StageOutcome:
    """The cells of one stage.

    Attributes:
        counts: state -> cells.
        difference: the largest; None where none is a number.
    """

    name: str
    counts: Mapping[State, int]
    difference: float | None

    def json(self) -> dict[str, Any]:
        counts: dict[str, int] = {state: self.counts.get(state, 0) for state in STATES}
        return {"stage": self.name, **counts, "difference": self.difference}


def by_stage(rows: Iterable[Row]) -> tuple[StageOutcome, ...]:
    """The cells by stage, in the order of the rows."""
    counts: dict[str, Counter[State]] = {}
    largest: dict[str, float] = {}
    for row in rows:
        stage = str(row["stage"])
        counts.setdefault(stage, Counter())[row["state"]] += 1
        if row["difference"] is not None:
            largest[stage] = max(largest.get(stage, 0.0), row["difference"])
    return tuple(StageOutcome(name, dict(found), largest.get(name)) for name, found in counts.items())


@dataclass(frozen=True)
class VerdictPair:
    """A claim's verdict then and now.

    Attributes:
        archived, here: `supported`, `contradicted`, `undecided` or `untested`; None where there is none.
        effect_archived, effect_here: the effects behind them, where there are some.
        measured: it is about what tasks cost, which is another number when they are computed again.
    """

    id: str
    says: str
    archived: str | None
    here: str | None
    effect_archived: float | None
    effect_here: float | None
    measured: bool = False

    @property
    def same(self) -> bool:
        return self.archived == self.here

    @property
    def agrees(self) -> bool:
        """The same, or measured: then another verdict is no difference between two runs."""
        return self.same or self.measured

    def json(self) -> dict[str, Any]:
        return {**vars(self), "same": self.same}


def verdicts_beside(extracted: Path, report: Path, claim: str | None) -> tuple[VerdictPair, ...]:
    """The verdicts of all claims, or of one, beside those of the archive.

    Args:
        extracted: the unpacked archive.
        report: the folder of the new report.
        claim: the only one to look at.
    """
    old, new = (_verdicts(folder / "verdicts.json") for folder in (extracted / contents.REPORT, report))
    ids = [one for one in dict.fromkeys([*new, *old]) if claim in (None, one)]
    return tuple(
        VerdictPair(
            id=one,
            says=str((new.get(one) or old[one]).get("says", "")),
            archived=_text(old.get(one)),
            here=_text(new.get(one)),
            effect_archived=_effect(old.get(one)),
            effect_here=_effect(new.get(one)),
            measured=all(bool((each.get(one) or {}).get("measured")) for each in (old, new)),
        )
        for one in ids
    )


def _verdicts(path: Path) -> dict[str, Mapping[str, Any]]:
    try:
        listed = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    found = listed if isinstance(listed, list) else []
    return {str(one["id"]): one for one in found if isinstance(one, dict) and "id" in one}


def _text(verdict: Mapping[str, Any] | None) -> str | None:
    return None if verdict is None else str(verdict.get("verdict"))


def _effect(verdict: Mapping[str, Any] | None) -> float | None:
    value = None if verdict is None else verdict.get("effect")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def other_environment(archived: Iterable[Mapping[str, Any]], here: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is otherwise in the environments of two sets of records, in words."""
    then, now = _values(archived), _values(here)
    names = sorted(name for name in then.keys() & now.keys() if then[name] != now[name])
    return [f"{name} {', '.join(then[name])} then, {', '.join(now[name])} now" for name in names]


def _values(environments: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for environment in environments:
        for name, value in environment.items():
            found.setdefault(str(name), set()).add(str(value)[:60])
    return {name: sorted(values) for name, values in found.items()}
