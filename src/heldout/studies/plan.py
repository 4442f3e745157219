"""`heldout.plan`: what a study would run, and the price."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from heldout.compiler.run.price import JobPrice, StagePrice, price
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.words import counted, duration
from heldout.studies.missing import with_runtime
from heldout.studies.places import Place, results_folder, store_folder

if TYPE_CHECKING:
    import pandas

COLUMNS = ("stage", "operator", "axes", "cells", "tasks", "shared", "cached", "s/task", "CPU")


@dataclass(frozen=True)
class Plan:
    """What a study would run at one scale. Prints as a table of its stages.

    Attributes:
        study: its name.
        scale: None: as it stands.
        stages: each with its axes, cells and tasks, how many tasks the store has, and what the rest costs.
        jobs: by the stages that run in them, how many there are, and how long they take.
    """

    study: str
    scale: str | None
    stages: tuple[StagePrice, ...]
    jobs: tuple[JobPrice, ...]

    @property
    def tasks(self) -> int:
        """Tasks of all stages; what several share is one."""
        return sum(stage.tasks for stage in self.stages)

    @property
    def cached(self) -> int:
        """Tasks whose results the store has."""
        return sum(stage.cached for stage in self.stages)

    @property
    def cpu_hours(self) -> float:
        """Of what is still to run."""
        return sum(stage.cpu_hours for stage in self.stages)

    @property
    def gpu_hours(self) -> float:
        """Of what is still to run."""
        return sum(stage.gpu_hours for stage in self.stages)

    def to_pandas(self) -> pandas.DataFrame:
        """A row for each stage."""
        with with_runtime("a data frame"):
            import pandas
        return pandas.DataFrame([stage.json() for stage in self.stages]).set_index("name")

    def __str__(self) -> str:
        rows = [COLUMNS, *(_cells(stage) for stage in self.stages)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
        lines = ["  ".join(map(_aligned, row, widths, COLUMNS)).rstrip() for row in rows]
        gpu = f" and {duration(3600 * self.gpu_hours)} of GPU" if self.gpu_hours else ""
        to_go = f"{duration(3600 * self.cpu_hours)} of CPU{gpu} to go"
        return "\n".join([*lines, f"{counted(self.tasks, 'task')}, {self.cached:,} in the store; {to_go}"])

    __repr__ = __str__


def _cells(stage: StagePrice) -> tuple[str, ...]:
    seconds = f"{'' if stage.measured else '~'}{stage.seconds_per_task:.3g}"  # ~ is a hint, not measured
    counts = (f"{number:,}" for number in (stage.cells, stage.tasks, stage.shared, stage.cached))
    axes = " x ".join(stage.axes) or "-"
    return (stage.name, stage.operator, axes, *counts, seconds, duration(3600 * stage.cpu_hours))


def _aligned(text: str, width: int, column: str) -> str:
    return text.ljust(width) if column in COLUMNS[:3] else text.rjust(width)


def plan(
    spec: Place, scale: str | None = None, *, results: Place | None = None, store: Place | None = None
) -> Plan:
    """What a study would run, given what the store has. Writes nothing.

    Args:
        spec: a YAML file.
        scale: of the study; None: as it stands.
        results: where its results go, by default as for `heldout run`.
        store: of artifacts, by default as for `heldout run`.

    Raises:
        Mistakes: the spec has some; they print as the command line's.
        Refusal: it cannot be read.
    """
    place = store_folder(store)
    workspace = Workspace.open(Path(spec), scale, results_folder(results), place)
    found = price(workspace.compiled, place)
    return Plan(workspace.compiled.study.name, scale, found.stages, found.jobs)
