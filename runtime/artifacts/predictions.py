"""Predictions: what a model said of each example, from which every score can be recomputed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts.artifact import Artifact
from heldout.runtime.artifacts.columns import read_columns, write_columns


@dataclass(frozen=True)
class Predictions(Artifact):
    """Per-example records: of a classifier its logits, of what scores examples one number each.

    Attributes:
        rows: column `id` (string) always; `label` (int64) where labels were seen, `domain` (string)
            where the data has one; `logits` (fixed-size list of float32, one per class, in nats)
            or `score` (float64).
    """

    rows: pa.Table

    def __len__(self) -> int:
        return self.rows.num_rows

    @property
    def labels(self) -> np.ndarray:
        """The true labels, [num_rows], int64."""
        return self.rows["label"].to_numpy()

    @property
    def logits(self) -> np.ndarray:
        """The logits, [num_rows, num_classes], float32."""
        lists: Any = self.rows[
            "logits"
        ].combine_chunks()  # of lists of either kind: only they can be flattened
        values: np.ndarray = lists.flatten().to_numpy()
        return values.reshape(len(self), -1)

    @property
    def domains(self) -> np.ndarray:
        """The domain of each example, [num_rows], strings; one empty name where none is known."""
        if "domain" not in self.rows.column_names:
            return np.full(len(self), "", dtype=object)
        return np.asarray(self.rows["domain"].to_pylist(), dtype=object)

    def without_labels(self) -> Self:
        """The same records without the true labels."""
        hidden = [name for name in self.rows.column_names if name == "label"]
        return replace(self, rows=self.rows.drop_columns(hidden))

    def save(self, folder: Path) -> None:
        write_columns(self.rows, folder / "predictions.parquet")

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(read_columns(folder / "predictions.parquet"))

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> Self:
        if "predictions.parquet" not in files:
            raise ValueError("the files hold no predictions.parquet")
        return cls(read_columns(files["predictions.parquet"]))


def logits_column(logits: np.ndarray) -> "pa.FixedSizeListArray[Any, Any]":
    """Logits, [num_rows, num_classes], as the column that Predictions hold."""
    flat = pa.array(np.ascontiguousarray(logits, dtype=np.float32).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, logits.shape[1])
