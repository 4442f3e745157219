import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.data.rows.sample_rows import sample_rows

DATA = Dataset(pa.table({"id": [str(i) for i in range(20)]}))


def ids(count, seed=0):
    return sample_rows(DATA, count=count, seed=seed).rows["id"].to_pylist()


def test_fewer_rows_are_among_more():
    assert len(ids(5)) == 5
    assert set(ids(5)) < set(ids(12))
    assert ids(12) == sorted(ids(12), key=int)
    assert ids(20) == DATA.rows["id"].to_pylist()


def test_the_seed_decides():
    assert ids(5) == ids(5) != ids(5, seed=1)


def test_more_than_there_are():
    with pytest.raises(ValueError, match="21 rows cannot be drawn from 20"):
        ids(21)


def tiny(tmp_path, hub):
    return {"count": 7}
