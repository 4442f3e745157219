"""Rows of a study's results, for the libraries that read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from heldout.studies.missing import with_runtime

if TYPE_CHECKING:
    import pandas
    import pyarrow


@dataclass(frozen=True)
class Rows:
    """Rows of a Parquet file, read each time that they are asked for.

    Attributes:
        path: of the file.
        where: the rows that are meant, by the values of some columns.
        columns: those that are meant; all by default.
        optional: columns that are meant too where a row has something in them.
    """

    path: Path
    where: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def to_arrow(self) -> pyarrow.Table:
        """The rows as a table of pyarrow."""
        with with_runtime("reading results"):
            import pyarrow as pa
            import pyarrow.compute as pc

            from heldout.runtime.artifacts.columns import read_columns
        table = read_columns(self.path)
        for column, value in self.where.items():
            table = table.filter(pc.equal(table[column], pa.scalar(value)))
        if not self.columns:
            return table
        filled = [name for name in self.optional if table[name].null_count < len(table)]
        return table.select([*self.columns, *filled])

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a data frame of pandas."""
        table = self.to_arrow()
        with with_runtime("a data frame"):
            return table.to_pandas()


@dataclass(frozen=True)
class Results(Rows):
    """All numbers of a study: a row for each value of a metric, and one for each cell without a result.

    Columns: `stage` and `port`, one for each axis (null where the stage does not vary along it), `metric`,
    `value`, `step` (of a curve), `group` (a part of the data), `oracle` (test labels were used on purpose)
    and `reason` (why a cell has no result).

    Attributes:
        axes: by stage, the columns of its axes.
    """

    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, metric: str) -> Rows:
        """The values of one metric: the coordinates, `value`, and `step` and `group` where it has any.

        Args:
            metric: as claims name it, `STAGE.METRIC`.

        Raises:
            ValueError: there is no such metric.
        """
        stage, _, name = metric.partition(".")
        table = self.to_arrow()
        known = set(zip(table["stage"].to_pylist(), table["metric"].to_pylist(), strict=True))
        if (stage, name) not in known or not name:
            names = ", ".join(sorted(f"{a}.{b}" for a, b in known if b is not None))
            raise ValueError(f"no metric is called {metric!r} (there is {names or 'none'})")
        where = {"stage": stage, "metric": name}
        return Rows(self.path, where, (*self.axes[stage], "value"), ("step", "group"))
