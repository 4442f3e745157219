import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.data.splits.supervision_split import supervision_split


def examples(count):
    rows = pa.table({"id": [str(i) for i in range(count)], "label": [i % 2 for i in range(count)]})
    return Dataset(rows, {"x": torch.arange(count, dtype=torch.float32)[:, None]}, ("even", "odd"))


def ids(data):
    return data.rows["id"].to_pylist()


def test_every_row_is_in_one_part():
    parts = supervision_split(examples(50), supervise=8, test_fraction=0.25, seed=3)
    # floor(50 / 4) = 12 for the test, 8 for the supervisor, 30 are left.
    assert [len(part) for part in parts] == [8, 30, 12]
    assert sorted(ids(parts[0]) + ids(parts[1]) + ids(parts[2]), key=int) == ids(examples(50))
    assert all(ids(part) == [str(int(x)) for x in part.x[:, 0]] for part in parts)


def test_the_seed_decides():
    one, same, other = (supervision_split(examples(50), supervise=8, seed=seed) for seed in (1, 1, 2))
    assert ids(one.supervise) == ids(same.supervise) != ids(other.supervise)


def test_nothing_left_to_transfer():
    with pytest.raises(ValueError, match="leave none of 10 to transfer"):
        supervision_split(examples(10), supervise=7, test_fraction=0.3)


def tiny(tmp_path, hub):
    return {"supervise": 5}


def test_too_few_rows_to_test_on():
    with pytest.raises(ValueError, match=r"test_fraction 0\.1 of 9 rows is less than one row to test on"):
        supervision_split(examples(9), supervise=2, test_fraction=0.1)
