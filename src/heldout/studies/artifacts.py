"""The artifacts of a study by stage, output and coordinates."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from heldout.runtime.artifacts import Artifact
from heldout.runtime.machine.store.reader import StoreReader
from heldout.runtime.results.gather import read_troubles
from heldout.runtime.results.levels import Axis, level_text
from heldout.runtime.results.plan import ReportPlan
from heldout.studies.missing import NoResult

SHOWN_LEVELS = 6

Coordinates = Mapping[str, Any]  # axis -> level


class Artifacts:
    """What the stages of a study made.

    Attributes:
        declared: `plan/report.json`.
    """

    def __init__(self, folder: Path, store: Path, declared: Mapping[str, Any]) -> None:
        self._folder = folder
        self._store = StoreReader(store)
        self._stages = ReportPlan.of(declared).stages
        self._outputs = {stage["name"]: stage["outputs"] for stage in declared["stages"]}

    def load(self, stage: str, port: str | None, kind: str, at: Coordinates) -> Artifact:
        """One artifact.

        Args:
            stage: its name, or `STAGE.PORT`.
            port: the output's name; None: the first of the kind.
            kind: of the artifact; `Artifact`: any.
            at: the level on each axis that the stage varies along.

        Raises:
            ValueError: there is no such stage, output, axis or level, an axis is left open, or the
                output is of another kind.
            NoResult: there is nothing at these coordinates; it says why.
        """
        name, _, written = stage.partition(".")
        port = self._port(name, port or written or None, kind)
        planned = self._stages[name]
        task = (planned.cells or self._other_cells[name])[cell_at(name, planned.axes, at)]
        if task is None:
            raise NoResult(f"the study leaves stage {name!r} out{_words(at)}")
        for _ in range(2):
            try:
                return self._store.load(task, port)
            except KeyError:
                self._store.refresh()  # others may have computed it meanwhile
        raise NoResult(f"stage {name!r}{_words(at)} {self._why_missing(task, port)}")

    def _port(self, stage: str, port: str | None, kind: str) -> str:
        if stage not in self._outputs:
            raise ValueError(f"no stage is called {stage!r} (there is {', '.join(self._outputs)})")
        outputs = self._outputs[stage]
        fitting: list[str] = [
            name for name, output in outputs.items() if kind in ("Artifact", output["kind"])
        ]
        if port is None and fitting:
            return fitting[0]
        if port is not None and port in fitting:
            return port
        known = ", ".join(f"{name}: {output['kind']}" for name, output in outputs.items())
        what = f"no output {port!r}" if port is not None and port not in outputs else f"no {kind} there"
        raise ValueError(f"stage {stage!r} has {what} (it has {known})")

    def _why_missing(self, task: str, port: str) -> str:
        record = self._store.record(task)
        if record is not None and port in record.get("left_out", {}).get("outputs", {}):
            return f"has no {port} here: it was left out of the archive"
        trouble = read_troubles(self._folder / "done").get(task)
        if trouble is not None:
            return f"{trouble.reason}: {trouble.message}"
        return f"has no result in {self._store.root}: it was not run, or its results are in another store"

    @cached_property
    def _other_cells(self) -> dict[str, list[str | None]]:
        """The task of every cell, of the stages without tables."""
        cells: dict[str, list[str | None]] = json.loads((self._folder / "plan" / "cells.json").read_bytes())
        return cells


def cell_at(stage: str, axes: Sequence[Axis], at: Coordinates) -> int:
    """The number of a cell, row-major over the stage's axes.

    Args:
        stage: its name, for messages.
        axes: that it varies along.
        at: the level on each of them; one that has one level only may be left out.

    Raises:
        ValueError: an axis or level that the stage does not have, or too few of its axes.
    """
    names = [axis.name for axis in axes]
    for name in at:
        if name not in names:
            along = f"it does along {', '.join(names)}" if names else "it has one result"
            raise ValueError(f"stage {stage!r} does not vary along {name!r} ({along})")
    if unsaid := [axis for axis in axes if axis.name not in at and len(axis.levels) > 1]:
        choices = " and ".join(f"{axis.name} ({_levels(axis)})" for axis in unsaid)
        raise ValueError(f"stage {stage!r} has several results there: say which {choices}")
    number = 0
    for axis in axes:
        position = axis.index(at[axis.name]) if axis.name in at else 0
        number = number * len(axis.levels) + position
    return number


def _levels(axis: Axis) -> str:
    shown = [level_text(level) for level in axis.levels[:SHOWN_LEVELS]]
    return ", ".join([*shown, "…"] if len(axis.levels) > SHOWN_LEVELS else shown)


def _words(at: Coordinates) -> str:
    """Coordinates in words: ` at held_out 30, seed 0`; empty where there are none."""
    words = ", ".join(f"{axis} {level_text(level)}" for axis, level in at.items())
    return f" at {words}" if words else ""
