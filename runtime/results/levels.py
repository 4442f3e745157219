"""Levels of an axis: how they are found, written and put in a column."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from heldout.runtime.results.text import one_line

# Columns of files of results and of tables; an axis of the same name is written as `axis_NAME` in both.
RESULT_COLUMNS = ("stage", "port", "metric", "value", "step", "group", "oracle", "reason")
TABLE_COLUMNS = ("average", "mean", "half_width", "runs", "missing", "oracle", "best")
PREFIX = "axis_"
MOST_NAMED = 20  # levels of an axis that a message lists


AxisKind = Literal["list", "named", "count", "search", "sequence"]


def level_text(level: Any) -> str:
    """A level as a reader sees it."""
    if isinstance(level, str):
        return level
    return json.dumps(level, sort_keys=True)


def level_name(level: Any) -> str:
    """A level on one line, as pictures show it."""
    return one_line(level_text(level))


def is_number(level: Any) -> bool:
    return isinstance(level, int | float) and not isinstance(level, bool)


@dataclass(frozen=True)
class Axis:
    """An axis of the study and its levels, in the study's order.

    Attributes:
        kind: how the study wrote it.
    """

    name: str
    levels: tuple[Any, ...]
    kind: AxisKind = "list"
    title: str | None = None

    @property
    def label(self) -> str:
        return one_line(self.title or self.name.replace("_", " "))

    @property
    def column(self) -> str:
        """The name of this axis among the columns of a file of results or a table.

        `axis_mean` is that of an axis `mean`; an axis that is called so itself is moved on in turn.
        """
        bare = self.name
        while bare.startswith(PREFIX):
            bare = bare.removeprefix(PREFIX)
        taken = bare in RESULT_COLUMNS or bare in TABLE_COLUMNS
        return f"{PREFIX}{self.name}" if taken else self.name

    @property
    def numeric(self) -> bool:
        return all(is_number(level) for level in self.levels)

    def index(self, level: Any) -> int:
        """The position of a level.

        `0`, `0.0` and `false` are one level in Python and three in YAML: the same type is looked
        for first, then the same number, then the same text: whether the groups of a metric are numbers or
        text is not known before it is computed.

        Raises:
            ValueError: the axis has no such level.
        """
        for position, known in enumerate(self.levels):
            if type(known) is type(level) and known == level:
                return position
        if is_number(level):
            for position, known in enumerate(self.levels):
                if is_number(known) and known == level:
                    return position
        for position, known in enumerate(self.levels):
            if level_text(known) == level_text(level):
                return position
        known_levels = ", ".join(level_text(known) for known in self.levels[:MOST_NAMED])
        if len(self.levels) > MOST_NAMED:
            known_levels += f" and {len(self.levels) - MOST_NAMED} more"
        raise ValueError(f"axis {self.name!r} has no level {level_text(level)!r} (it has {known_levels})")

    def array(self) -> "pa.Array[Any]":
        """The levels as a column: numbers where all are numbers, else text."""
        if self.numeric and all(isinstance(level, int) for level in self.levels):
            return pa.array(self.levels, pa.int64())
        if self.numeric:
            return pa.array([float(level) for level in self.levels], pa.float64())
        return pa.array([level_text(level) for level in self.levels], pa.string())


def coordinates_text(axes: Sequence[Axis], positions: Sequence[int]) -> str:
    """A cell's coordinates in words: `held_out 15, method coral`."""
    return ", ".join(
        f"{axis.name} {level_text(axis.levels[position])}"
        for axis, position in zip(axes, positions, strict=True)
    )
