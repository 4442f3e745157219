"""How far results that were computed again agree with those that were kept, cell by cell."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from heldout.runtime.artifacts.kinds import kind_called
from heldout.runtime.machine.comparison.distance import FAR, Distance, distance
from heldout.runtime.machine.store import Store
from heldout.runtime.machine.store.record import Record, files_of_port
from heldout.runtime.results.gather import Trouble

State = Literal["identical", "within", "different", "missing", "new", "missing in both"]


class Asked(NamedTuple):
    """A cell that is looked at.

    Attributes:
        kept: its task among the kept results; None where these know no such cell.
        tolerance: |x - y| may be this times max(1, |x|, |y|).
        measured: it is computed of what tasks cost, so that other numbers are no difference.
    """

    stage: str
    coordinates: Mapping[str, Any]
    task: str
    kept: str | None
    tolerance: float
    measured: bool = False


@dataclass(frozen=True)
class Agreement:
    """How a cell stands.

    Attributes:
        state: `identical` in bytes or in every number; `within` the tolerance; `different`; `missing`
            where only the kept results have it, `new` where they do not, or `missing in both`.
        difference: the largest, relative where numbers are above one; None where it is no number.
        unmeasured: outputs of other bytes whose numbers were not kept.
        message: where the difference is, or why the cell has no result.
        kept_seconds, seconds: that it took.
    """

    asked: Asked
    state: State
    difference: float | None = None
    unmeasured: tuple[str, ...] = ()
    message: str = ""
    kept_seconds: float | None = None
    seconds: float | None = None

    def row(self) -> dict[str, Any]:
        """For JSON and tables."""
        return {
            "stage": self.asked.stage,
            "coordinates": dict(self.asked.coordinates),
            "task": self.asked.task,
            "state": self.state,
            "difference": self.difference,
            "tolerance": self.asked.tolerance,
            "unmeasured": list(self.unmeasured),
            "message": self.message,
            "kept_seconds": self.kept_seconds,
            "seconds": self.seconds,
        }


def agreement(
    cells: Iterable[Asked], kept: Store, made: Store, troubles: Mapping[str, Trouble]
) -> list[Agreement]:
    """How every cell stands.

    Args:
        cells: to look at.
        kept: the results that were kept.
        made: those that were computed again.
        troubles: why cells have no result there.
    """
    return [_cell(cell, kept, made, troubles) for cell in cells]


def _cell(cell: Asked, kept: Store, made: Store, troubles: Mapping[str, Trouble]) -> Agreement:
    old = kept.record(cell.kept) if cell.kept is not None else None
    new = made.record(cell.task)
    if new is None:
        trouble = troubles.get(cell.task)
        why = f"{trouble.reason}: {trouble.message}" if trouble is not None else "not run"
        return Agreement(
            cell, "missing" if old is not None else "missing in both", message=why, kept_seconds=_seconds(old)
        )
    if old is None:
        return Agreement(cell, "new", seconds=_seconds(new))
    measured, unmeasured = _distances(old, new, kept, made)
    state, worst = _judge(measured, unmeasured, cell.tolerance, new)
    state = "within" if cell.measured and state == "different" else state
    return Agreement(
        cell,
        state,
        difference=worst.size if math.isfinite(worst.size) else None,
        unmeasured=unmeasured,
        message=worst.where,
        kept_seconds=_seconds(old),
        seconds=_seconds(new),
    )


def _distances(
    old: Record, new: Record, kept: Store, made: Store
) -> tuple[dict[str, Distance], tuple[str, ...]]:
    """The distance of each output, and those of other bytes whose numbers were not kept."""
    left_out = old.get("left_out") or {"outputs": {}, "files": {}}
    whole = {**old, "files": {**left_out["files"], **old["files"]}}
    found: dict[str, Distance] = {}
    unmeasured = []
    for port in sorted({*old["outputs"], *left_out["outputs"], *new["outputs"]}):
        sums = [
            {name: about["sha256"] for name, about in files_of_port(record, port).items()}
            for record in (whole, new)
        ]
        if sums[0] == sums[1]:
            found[port] = Distance(0.0)
        elif port in left_out["outputs"] and port in new["outputs"]:
            unmeasured.append(port)
        elif port in old["outputs"] and port in new["outputs"]:
            try:
                found[port] = distance(kept.load(old["task"], port), made.load(new["task"], port))
            except (KeyError, ValueError, OSError) as error:
                found[port] = Distance(FAR, f"{port}: {error}")
        else:
            found[port] = Distance(FAR, f"{port} is an output of one of the two only")
    return found, tuple(unmeasured)


def _judge(
    measured: Mapping[str, Distance], unmeasured: tuple[str, ...], tolerance: float, new: Record
) -> tuple[State, Distance]:
    """The state of a cell with results on both sides, and the distance that decides it.

    Without a tolerance all outputs are to be the same, also those of which only checksums were kept.
    With one, the tables decide where the cell has some, since rows and weights may be far apart where
    the numbers that a study rests on are near.
    """
    worst = max(measured.values(), default=Distance(0.0))
    if not tolerance:
        if worst.size or unmeasured:
            return "different", worst if worst.size else Distance(
                FAR, f"{', '.join(unmeasured)}: other bytes"
            )
        return "identical", worst
    tables = {p for p in measured.keys() & new["outputs"].keys() if _holds_metrics(new["outputs"][p])}
    deciding = max((measured[port] for port in tables or measured), default=Distance(0.0))
    if not worst.size and not unmeasured:
        return "identical", worst
    return ("within" if deciding.size <= tolerance else "different"), deciding


def _holds_metrics(kind: str) -> bool:
    try:
        return kind_called(kind).holds_metrics
    except ValueError:  # of an operator that this process has not read
        return False


def _seconds(record: Record | None) -> float | None:
    return float(record["seconds"]) if record is not None and "seconds" in record else None
