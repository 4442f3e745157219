"""Table: tidy numbers, one row a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from heldout.runtime.artifacts.artifact import Artifact
from heldout.runtime.artifacts.columns import read_columns, texts, write_columns


@dataclass(frozen=True)
class Table(Artifact):
    """Tidy numbers: a metric and a value, a step where they form a curve, a group where they are of a part.

    Attributes:
        rows: columns `metric` (string) and `value` (float64) always; `step` (int64) where the
            values form a curve; `group` (string) where they are of a part of the data. The
            coordinates of the cell are no columns: the plan knows them.
    """

    holds_metrics = True

    rows: pa.Table

    @classmethod
    def of(cls, metrics: Mapping[str, float]) -> Self:
        """A table with one value a metric."""
        return cls.columns(metric=list(metrics), value=[float(v) for v in metrics.values()])

    @classmethod
    def columns(
        cls, *, metric: Sequence[str], value: Sequence[float], **more: "Sequence[Any] | pa.Array[Any]"
    ) -> Self:
        """A table from its columns."""
        columns: dict[str, Any] = {
            "metric": pa.array(metric, pa.string()),
            "value": pa.array(value, pa.float64()),
        }
        return cls(pa.table(columns | more))

    def scalar(self, metric: str | None = None) -> float:
        """The one value of a metric over all the data (no step, no group).

        Raises:
            ValueError: there is no such metric, or it has several values.
        """
        records = [
            row
            for row in self.rows.to_pylist()
            if (metric is None or row["metric"] == metric) and row.get("group") is None
        ]
        if len(records) != 1:
            known = ", ".join(sorted(set(texts(self.rows["metric"]))))
            what = metric or "one metric"
            raise ValueError(f"expected one value of {what}, found {len(records)} (the table has {known})")
        return float(records[0]["value"])

    def save(self, folder: Path) -> None:
        write_columns(self.rows, folder / "table.parquet")

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(read_columns(folder / "table.parquet"))

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> Self:
        if "table.parquet" not in files:
            raise ValueError("the files hold no table.parquet")
        return cls(read_columns(files["table.parquet"]))
