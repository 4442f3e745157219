"""Results: every value of the study by cell, and which cells are missing and why."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heldout.runtime.results.levels import Axis
from heldout.runtime.results.plan import Stage
from heldout.runtime.results.records import Records
from heldout.runtime.results.row_keys import GROUP, STEP, along_of, key_axis

MOST_VALUES = 100_000_000  # that a metric may have along steps and groups; of more there is no grid

Reason = Literal["failed", "blocked", "unreadable", "not run", "not finite"]


class Missing(NamedTuple):
    """A cell without its result.

    Attributes:
        coordinates: axis -> level.
        reason: `blocked` says that what it reads failed, `not finite` that the metric is NaN or infinite.
        message: what the failure said.
        metric: that alone is missing; None where the cell has no result at all.
    """

    stage: str
    coordinates: Mapping[str, Any]
    task: str
    reason: Reason
    message: str
    metric: str | None = None


class Lack(NamedTuple):
    """A task that a gathered input lacked, and why."""

    task: str
    reason: Reason


@dataclass(frozen=True)
class Grid:
    """One metric over some axes, dense.

    Attributes:
        axes: in the order of the dimensions.
        values: float64, NaN where the cell's result is missing or the cell is not in the study.
        exists: the study has the cell.
        oracle: the cell used test labels on purpose.
    """

    axes: tuple[Axis, ...]
    values: np.ndarray
    exists: np.ndarray
    oracle: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(axis.name for axis in self.axes)

    def dimension(self, axis: str) -> int:
        """The dimension of an axis.

        Raises:
            ValueError: the metric does not vary along it.
        """
        if axis not in self.names:
            raise ValueError(
                f"the metric does not vary along {axis!r} (it does along {', '.join(self.names)})"
            )
        return self.names.index(axis)

    def take(self, axis: str, positions: Sequence[int]) -> Self:
        """The grid at some levels of an axis, in this order."""
        dimension = self.dimension(axis)
        old = self.axes[dimension]
        kept = Axis(old.name, tuple(old.levels[p] for p in positions), old.kind, old.title)
        parts = (np.take(part, positions, axis=dimension) for part in (self.values, self.exists, self.oracle))
        return type(self)((*self.axes[:dimension], kept, *self.axes[dimension + 1 :]), *parts)

    def where(self, where: Mapping[str, Any]) -> Self:
        """The grid at the named levels: axis -> one level or a list of levels."""
        grid = self
        for name, wanted in where.items():
            levels = wanted if isinstance(wanted, list) else [wanted]
            grid = grid.take(name, [grid.axes[grid.dimension(name)].index(level) for level in levels])
        return grid

    def order(self, names: Sequence[str]) -> Self:
        """The grid with these axes first, the others after them in their own order."""
        first = [self.dimension(name) for name in names]
        order = first + [d for d in range(len(self.axes)) if d not in first]
        parts = (part.transpose(order) for part in (self.values, self.exists, self.oracle))
        return type(self)(tuple(self.axes[d] for d in order), *parts)

    def average_to(self, names: Sequence[str]) -> Self:
        """The mean over all axes but these; NaN where any cell that exists has no value."""
        grid = self.order(names)
        over = tuple(range(len(names), len(grid.axes)))
        count = grid.exists.sum(axis=over)
        total = np.where(grid.exists, grid.values, 0.0).sum(axis=over)
        mean = np.divide(total, count, out=np.full(np.shape(total), np.nan), where=count > 0)
        return type(self)(
            grid.axes[: len(names)], mean, count > 0, (grid.oracle & grid.exists).any(axis=over)
        )


@dataclass(frozen=True)
class Results:
    """The results of a study.

    Attributes:
        axes: by name, in the study's order.
        stages: by name.
        tables: by stage and port, columns cell (int64), metric, value, step, group.
        missing: cells without results, in the order of stages and cells.
        partial: by stage and cell, what was lacking where a result was gathered, itself or above it,
            without some of its members.
        records: of single examples, read when a claim is about them.
    """

    axes: Mapping[str, Axis]
    stages: Mapping[str, Stage]
    tables: Mapping[tuple[str, str], pa.Table]
    missing: tuple[Missing, ...]
    partial: Mapping[str, Mapping[int, frozenset[Lack]]] = field(default_factory=dict)
    records: Records = field(default_factory=Records, compare=False)

    def rows(self, metric: Mapping[str, Any]) -> pa.Table:
        """The rows of one metric, a mapping with `stage`, `port` and `metric`.

        Raises:
            ValueError: no stage has such a table.
        """
        table = self.tables.get((metric["stage"], metric["port"]))
        if table is None:
            raise ValueError(f"there is no table {metric['stage']}.{metric['port']}")
        name = metric.get("metric")
        return (
            table if name is None else table.filter(pc.equal(table["metric"], pa.scalar(name, pa.string())))
        )

    def grid(
        self, metric: Mapping[str, Any], where: Mapping[str, Any] | None = None, whole: bool = False
    ) -> Grid:
        """One metric over its stage's axes, and over what else `metric` says that it varies `along`.

        Where the metric is a curve, the value at its last step; values of parts of the data
        (`group`) are left out unless `metric` names a `group` or a `step`. Along `step` or `group`, each of
        them is an axis, after those of the stage. A cell that has the metric, but not at some step or
        in some group, does not exist there; one without any value lacks it everywhere.

        Args:
            whole: take a result that was gathered without some of its members for missing.

        Raises:
            ValueError: there is no such table, axis or level; the metric has values of groups alone, or none
                along a step or a group; or they are too many.
        """
        stage = self.stages[metric["stage"]]
        name = f"{stage.name}.{metric['metric']}"
        keys, values, there = self.values_along(metric)
        if not there.any() and len(rows := self.rows(metric)):
            if GROUP not in along_of(metric) and rows["group"].null_count == 0:
                raise ValueError(f"{name} has values of groups, and none of a whole cell")
            if along_of(metric):
                raise ValueError(f"{name} has no values by {' and '.join(along_of(metric))}")
        for axis in keys:
            if not axis.levels:
                raise ValueError(f"{name} has no value yet, which would say what its {axis.name}s are")
        values[~np.isfinite(values)] = np.nan
        if whole:
            values[list(self.partial.get(stage.name, ()))] = np.nan
        return self.framed(stage, keys, values, there).where(where or {})

    def framed(self, stage: Stage, keys: Sequence[Axis], values: np.ndarray, there: np.ndarray) -> Grid:
        """Values of a stage's cells as a grid over its axes and `keys`.

        Args:
            values: NaN where none is.
            there: which were computed, whatever they are; both [num_cells, *levels of keys].
        """
        by_key = (slice(None), *[np.newaxis] * len(keys))
        in_study = np.array([task is not None for task in stage.cells], dtype=bool)
        lost = ~there.any(axis=tuple(range(1, there.ndim)), keepdims=True)
        exists = in_study[by_key] & (there | lost)
        oracle = np.broadcast_to(self.oracle(stage.name).reshape(-1)[by_key], there.shape)
        shape = (*stage.shape, *(len(axis.levels) for axis in keys))
        return Grid((*stage.axes, *keys), *(part.reshape(shape) for part in (values, exists, oracle)))

    def values_along(self, metric: Mapping[str, Any]) -> tuple[tuple[Axis, ...], np.ndarray, np.ndarray]:
        """One metric as it was computed, whatever it is, and where it was.

        Returns:
            the axes that it varies along beside those of its stage; its values, and whether there is one,
            both [num_cells, *levels of these axes].

        Raises:
            ValueError: there is no such table, or there are too many values.
        """
        stage = self.stages[metric["stage"]]
        rows = self.rows(metric)
        along, group, step = along_of(metric), metric.get("group"), metric.get("step")
        if GROUP in along:
            rows = rows.filter(pc.is_valid(rows["group"]))
        else:
            rows = rows.filter(pc.is_null(rows["group"]) if group is None else pc.equal(rows["group"], group))
        if STEP in along:
            rows = rows.filter(pc.is_valid(rows["step"]))
        elif step is not None:
            rows = rows.filter(pc.equal(rows["step"], step))
        # Written in the order of steps, so that the last step of a cell is what stays.
        steps = rows["step"].fill_null(pa.scalar(-1, pa.int64())).to_numpy()
        order = np.argsort(steps, kind="stable")
        found = [key_axis(key, rows[key]) for key in along]
        axes = tuple(axis for axis, _ in found)
        shape = (len(stage.cells), *(len(axis.levels) for axis in axes))
        if math.prod(shape) > MOST_VALUES:
            sizes = ", ".join(f"{len(axis.levels):,} {axis.name}s" for axis in axes)
            raise ValueError(f"{stage.name}.{metric['metric']} has {len(stage.cells):,} cells and {sizes}")
        at = tuple(place[order] for place in (rows["cell"].to_numpy(), *(places for _, places in found)))
        values, there = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
        values[at], there[at] = rows["value"].to_numpy()[order], True
        return axes, values, there

    def oracle(self, stage_name: str) -> np.ndarray:
        """Which cells of a stage used test labels on purpose, bool, shaped as its axes."""
        stage = self.stages[stage_name]
        marked = np.zeros(stage.shape, dtype=bool)
        names = [axis.name for axis in stage.axes]
        for condition in stage.oracle:
            met = np.ones(stage.shape, dtype=bool)
            for name, levels in condition.items():
                if name not in names:
                    raise ValueError(
                        f"stage {stage_name!r} is an oracle along {name!r}, which it does not have"
                    )
                dimension = names.index(name)
                at = np.zeros(stage.shape[dimension], dtype=bool)
                at[[stage.axes[dimension].index(level) for level in levels]] = True
                met &= at.reshape([-1 if d == dimension else 1 for d in range(len(names))])
            marked |= met
        return marked
