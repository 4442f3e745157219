import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.measure.row_correlation import row_correlation


def test_rows_are_joined_by_id():
    first = Dataset(pa.table({"id": ["a", "b", "c"], "fitted": [1.0, 2.0, 3.0]}))
    second = Dataset(pa.table({"id": ["c", "a", "b", "d"], "planted": [20, 10, 30, 0]}))
    # Ranks 1 2 3 against 1 3 2: Spearman is 1 - 6 (0 + 1 + 1) / (3 * 8) = 1/2, Kendall (2 - 1) / 3.
    table = row_correlation(first, second, x="fitted", y="planted")
    assert table.scalar("spearman") == pytest.approx(0.5)
    assert table.scalar("kendall") == pytest.approx(1 / 3)
    assert table.scalar("pearson") == pytest.approx(0.5)
    assert table.scalar("pairs") == 3


def tiny(tmp_path, hub):
    records = Dataset(pa.table({"id": ["a", "b", "c"], "x": [1.0, 2.0, 3.0], "y": [1, 3, 2]}))
    return {"first": records, "second": records, "x": "x", "y": "y"}
