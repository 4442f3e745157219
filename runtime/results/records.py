"""Records of single examples, as evaluators keep them: one number a row, for claims over rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heldout.runtime.artifacts.predictions import Predictions
from heldout.runtime.results.plan import Stage

if TYPE_CHECKING:
    from heldout.runtime.artifacts import Dataset

ACCURACY, NLL, SCORE, AUROC = "accuracy", "nll", "score", "auroc"  # what rows of predictions have


class Rows(NamedTuple):
    """The rows of one cell.

    Attributes:
        unit: what each row is of, from 0, the same number in all cells, [num_rows].
        value: [num_rows], float64.
        positive: whether each is of the positive class, where the metric is of two classes, [num_rows].
    """

    unit: np.ndarray
    value: np.ndarray
    positive: np.ndarray | None


class ArtifactStore(Protocol):
    """What is asked of the store."""

    def has(self, task: str) -> bool: ...

    def load(self, task: str, port: str, kind: str) -> Any: ...


@dataclass(frozen=True)
class Records:
    """Reads them from the store, those of some cells at a time; nothing is kept."""

    store: ArtifactStore | None = None

    def rows(
        self, stage: Stage, metric: Mapping[str, Any], unit: str, cells: Sequence[int]
    ) -> tuple[list[Rows | None], int]:
        """The rows of some cells, None where there are none, and how many units there are in all.

        Args:
            metric: a mapping with `port`, `kind` and `metric`.
            unit: the column whose values tell units apart.

        Raises:
            ValueError: the records have no such column, or values that no claim can be about.
        """
        found = [self._of_task(stage.cells[cell], metric, unit) for cell in cells]
        names = [one[0] for one in found if one is not None]
        if not names:
            return [None] * len(cells), 0
        joined = pa.chunked_array([name.cast(pa.string()) for name in names]).combine_chunks()
        encoded = joined.dictionary_encode()
        codes = np.split(encoded.indices.to_numpy(), np.cumsum([len(name) for name in names])[:-1])
        unread = iter(codes)
        rows = [None if one is None else Rows(next(unread), *one[1:]) for one in found]
        return rows, len(encoded.dictionary)

    def _of_task(
        self, task: str | None, metric: Mapping[str, Any], unit: str
    ) -> tuple["pa.Array[Any]", np.ndarray, np.ndarray | None] | None:
        if task is None or self.store is None or not self.store.has(task):
            return None
        try:
            record = self.store.load(task, metric["port"], metric["kind"])
        except (OSError, KeyError):  # an archive may have left it out
            return None
        if unit not in record.rows.column_names:
            raise ValueError(_no_column(unit, record))
        name = record.rows[unit].combine_chunks()
        if name.null_count:
            raise ValueError(f"{name.null_count} of {len(name)} rows have no {unit!r}")
        value, positive = values_of(record, metric["metric"])
        if not np.isfinite(value).all():
            raise ValueError(f"{metric['metric']} is not finite in {(~np.isfinite(value)).sum()} rows")
        return name, value, positive


def values_of(record: "Predictions | Dataset", metric: str) -> tuple[np.ndarray, np.ndarray | None]:
    """One number a row, [num_rows], and of `auroc` whether each row is positive.

    Of predictions `accuracy` (1 where the largest logit is the label's), `nll` (nats), `score` and `auroc`;
    of other records a column of numbers.

    Raises:
        ValueError: the records do not have what is needed.
    """
    names = record.rows.column_names
    if not isinstance(record, Predictions) or metric == SCORE:
        if metric not in names:
            raise ValueError(_no_column(metric, record))
        column = record.rows[metric].combine_chunks()
        if not (
            pa.types.is_integer(column.type)
            or pa.types.is_floating(column.type)
            or pa.types.is_boolean(column.type)
        ):
            raise ValueError(f"the column {metric!r} of the records holds no numbers ({column.type})")
        return pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False), None
    if "label" not in names:
        raise ValueError(f"{metric} needs labels, and the predictions have none")
    labels = record.labels
    if metric == AUROC:
        return _positive_score(record), labels == 1
    logits = record.logits.astype(np.float64)
    if metric == ACCURACY:
        return (logits.argmax(axis=1) == labels).astype(np.float64), None
    assert metric == NLL
    highest = logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    return total - logits[np.arange(len(labels)), labels], None


def _positive_score(record: Predictions) -> np.ndarray:
    if not set(np.unique(record.labels)) <= {0, 1}:
        raise ValueError("an area under the ROC curve is of the classes 0 and 1, and there are others")
    if SCORE in record.rows.column_names:
        return np.asarray(record.rows[SCORE].to_numpy(), dtype=np.float64)
    logits = record.logits.astype(np.float64)
    if logits.shape[1] != 2:
        raise ValueError(f"an area under the ROC curve is of two classes, and there are {logits.shape[1]}")
    return logits[:, 1] - logits[:, 0]


def _no_column(name: str, record: "Predictions | Dataset") -> str:
    return f"the records have no column {name!r}; there are {', '.join(record.rows.column_names)}"
