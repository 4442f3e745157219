import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.data.splits.grouped_split import grouped_split


def tiny(tmp_path, hub):
    return {"by": "label"}


@pytest.fixture
def data():
    people = [f"p{i % 10}" for i in range(45)]
    return Dataset(pa.table({"id": [f"r{i}" for i in range(45)], "person": people}))


def test_no_group_is_in_two_parts_and_none_is_lost(data):
    parts = grouped_split(data, by="person", select_fraction=0.25, test_fraction=0.3)
    groups = [set(part.rows["person"].to_pylist()) for part in parts]
    # ceil(0.3 * 10) = 3 and ceil(0.25 * 10) = 3 of ten people.
    assert [len(group) for group in groups] == [4, 3, 3]
    assert len(set.union(*groups)) == 10
    assert sum(len(part) for part in parts) == 45


def test_the_seed_decides(data):
    tests = [grouped_split(data, by="person", seed=s).test.rows["id"].to_pylist() for s in (0, 0, 1, 2, 3)]
    assert tests[0] == tests[1]
    assert len({tuple(test) for test in tests}) > 1


def test_too_few_groups_are_refused():
    data = Dataset(pa.table({"id": ["a", "b"], "person": ["p", "q"]}))
    with pytest.raises(ValueError, match="2 groups of 'person' cannot give 1 to test, 1 to select"):
        grouped_split(data, by="person")


def test_an_unknown_column_is_refused(data):
    with pytest.raises(ValueError, match="no column 'site' to group by; there are id, person"):
        grouped_split(data, by="site")
