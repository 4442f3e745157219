import numpy as np
import pytest

from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.data.splits.random_split import random_split


@pytest.fixture(scope="module")
def data():
    return rotated_digits(angles=[0, 45])


def test_every_row_is_in_one_part_and_sizes_round_down(data):
    parts = random_split(data, select_fraction=0.1, test_fraction=0.3)
    # floor(0.3 * 1797) = 539, floor(0.1 * 1797) = 179.
    assert [len(part) for part in parts] == [1797 - 539 - 179, 179, 539]
    ids = [name for part in parts for name in part.rows["id"].to_pylist()]
    assert sorted(ids) == sorted(data.rows["id"].to_pylist())


def test_stratified_parts_have_every_class_in_proportion(data):
    parts = random_split(data, stratify="label")
    counts = np.bincount(data.labels)
    assert (np.bincount(parts.test.labels) == np.floor(0.2 * counts)).all()
    assert (np.bincount(parts.select.labels) == np.floor(0.2 * counts)).all()


def test_the_seed_decides(data):
    one, same, other = (random_split(data, seed=seed).test.rows["id"].to_pylist() for seed in (0, 0, 1))
    assert one == same
    assert one != other


def test_fractions_must_leave_something_to_train_on(data):
    with pytest.raises(ValueError, match=r"0\.5 and 0\.6 leave nothing"):
        random_split(data, select_fraction=0.5, test_fraction=0.6)


def test_an_unknown_column_is_named_with_those_that_exist(data):
    with pytest.raises(ValueError, match="no column 'site' to stratify by; there are id, label, domain"):
        random_split(data, stratify="site")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "4 rows leave none to test: test_fraction 0.2 needs 5 of them, or write `test_fraction: 0`"),
        ({"test_fraction": 0.0}, "4 rows leave none to select: select_fraction 0.2 needs 5 of them"),
        (
            {"test_fraction": 0.0, "select_fraction": 0.5, "stratify": "label"},
            "1 rows with '2' leave none to se",
        ),
    ],
)
def test_too_few_rows_for_a_part_that_is_asked_for(data, given, message):
    few = data.take(
        [int(np.flatnonzero(data.labels == label)[i]) for label, i in ((1, 0), (1, 1), (2, 0), (3, 0))]
    )
    with pytest.raises(ValueError, match=message):
        random_split(few, **given)
