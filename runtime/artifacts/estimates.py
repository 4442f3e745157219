"""Estimates: the numbers that a model predicted, from which every score of regression can be recomputed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts.artifact import Artifact
from heldout.runtime.artifacts.columns import (
    number_column,
    numbers_in,
    read_columns,
    write_columns,
)

ERRORS = ("squared_error", "absolute_error")


@dataclass(frozen=True)
class Estimates(Artifact):
    """What a model predicted of each example: numbers, and how far they are from the labels.

    Attributes:
        rows: column `id` (string) always; `domain` (string) where the data have one; `prediction`, and
            `label` where labels were seen, both float64 or lists of it, one an output; with labels
            `squared_error` and `absolute_error` too, float64, the means over outputs.
    """

    rows: pa.Table

    @classmethod
    def of(cls, rows: pa.Table, predicted: np.ndarray) -> Self:
        """Predictions, [num_rows, num_outputs], of labelled rows, of which `id` and `domain` are kept.

        Raises:
            ValueError: labels are no finite numbers, or so many that the predictions do not fit them.
        """
        labels = numbers_in(rows, "label")
        if labels.shape != predicted.shape:
            raise ValueError(
                f"the model predicts {predicted.shape[1]} numbers, the data have {labels.shape[1]}"
            )
        error = predicted - labels
        columns: dict[str, Any] = {name: rows[name] for name in ("id", "domain") if name in rows.column_names}
        columns |= {"label": number_column(labels), "prediction": number_column(predicted)}
        errors = (np.square(error).mean(axis=1), np.abs(error).mean(axis=1))
        return cls(
            pa.table(columns | {name: pa.array(one) for name, one in zip(ERRORS, errors, strict=True)})
        )

    def __len__(self) -> int:
        return self.rows.num_rows

    @property
    def labels(self) -> np.ndarray:
        """The true numbers, [num_rows, num_outputs], float64."""
        return numbers_in(self.rows, "label")

    @property
    def predicted(self) -> np.ndarray:
        """The predicted numbers, [num_rows, num_outputs], float64."""
        return numbers_in(self.rows, "prediction")

    @property
    def domains(self) -> np.ndarray:
        """The domain of each example, [num_rows], strings; one empty name where none is known."""
        if "domain" not in self.rows.column_names:
            return np.full(len(self), "", dtype=object)
        return np.asarray(self.rows["domain"].to_pylist(), dtype=object)

    def without_labels(self) -> Self:
        """The same predictions without the labels and all that tells them."""
        hidden = [name for name in ("label", *ERRORS) if name in self.rows.column_names]
        return replace(self, rows=self.rows.drop_columns(hidden))

    def save(self, folder: Path) -> None:
        write_columns(self.rows, folder / "estimates.parquet")

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(read_columns(folder / "estimates.parquet"))

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> Self:
        if "estimates.parquet" not in files:
            raise ValueError("the files hold no estimates.parquet")
        return cls(read_columns(files["estimates.parquet"]))
