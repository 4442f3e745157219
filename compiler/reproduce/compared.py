"""A study that was computed again, as a value: its cells and verdicts beside those that were archived."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.reproduce.comparison import AGREEING, Row, VerdictPair, by_stage


@dataclass(frozen=True)
class Compared:
    """A study that was computed again.

    Attributes:
        tasks, of: that were computed again, of so many.
        drawn: cells that were drawn at random; None where none were.
        moved: tasks that the archived plan and that of the archived spec do not share.
        rows: a row for each task.
        environment: what is otherwise here than where the archive was computed, in words.
        log: of Snakemake, where it did not end well.
    """

    tasks: int
    of: int
    drawn: int | None
    moved: int
    rows: tuple[Row, ...]
    verdicts: tuple[VerdictPair, ...]
    environment: tuple[str, ...]
    log: Path | None

    @property
    def others(self) -> tuple[Row, ...]:
        """The cells that do not agree."""
        return tuple(row for row in self.rows if row["state"] not in AGREEING)

    @property
    def agrees(self) -> bool:
        return not self.moved and not self.others and all(one.agrees for one in self.verdicts)

    def json(self) -> dict[str, Any]:
        """For scripts; `cells.json` of the folder has every cell."""
        return {
            "agrees": self.agrees,
            "tasks": self.tasks,
            "of": self.of,
            "drawn": self.drawn,
            "tasks_of_another_plan": self.moved,
            "stages": [stage.json() for stage in by_stage(self.rows)],
            "cells": [dict(row) for row in self.rows if row["state"] != "identical"],
            "verdicts": [one.json() for one in self.verdicts],
            "environment": list(self.environment),
        }
