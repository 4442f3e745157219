import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.data.rows.bin_rows import bin_rows

DATA = Dataset(pa.table({"id": list("abcdefg")}))
# Of other rows too, and in another order; d and g are equal, and d comes first by its id.
BY = Dataset(pa.table({"id": list("xgfedcba"), "hard": [9.0, 2.0, 1.0, 7.0, 2.0, -1.0, 5.0, 3.0]}))


def members(**which):
    return bin_rows(DATA, BY, column="hard", **which).rows["id"].to_pylist()


def test_bins_from_the_easiest_to_the_hardest():
    # By value: c -1, f 1, d 2, g 2, a 3, b 5, e 7; seven rows in three bins are 3, 2 and 2.
    assert [members(bins=3, bin=place) for place in range(3)] == [["c", "d", "f"], ["a", "g"], ["b", "e"]]


def test_one_bin_is_everything():
    assert members(bins=1, bin=0) == list("abcdefg")


@pytest.mark.parametrize(
    ("data", "which", "words"),
    [
        (DATA, {"column": "hard", "bins": 3, "bin": 3}, "no bin 3 of 3"),
        (DATA, {"column": "soft", "bins": 3, "bin": 0}, "no column 'soft'; there are id, hard"),
        (
            Dataset(pa.table({"id": ["a", "z"]})),
            {"column": "hard", "bins": 2, "bin": 0},
            "1 of 2 rows have no",
        ),
    ],
)
def test_what_is_not_there(data, which, words):
    with pytest.raises(ValueError, match=words):
        bin_rows(data, BY, **which)


def tiny(tmp_path, hub):
    return {"data": DATA, "by": BY, "column": "hard", "bins": 2, "bin": 1}
