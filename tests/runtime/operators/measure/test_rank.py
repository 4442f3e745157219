import pytest

from heldout.runtime.artifacts import Scalar
from heldout.runtime.operators.measure.rank import rank

FIELD = [Scalar(v) for v in (0.9, 0.5, 0.5, 0.1)]


def tiny(tmp_path, hub):
    return {"value": FIELD[1], "field": FIELD}


def scores(value, better="higher"):
    table = rank(Scalar(value), FIELD, better=better)
    return [table.scalar(name) for name in ("rank", "reciprocal_rank", "win_rate")]


def test_by_hand():
    assert scores(0.9) == [1, 1, 1]
    assert scores(0.5) == [2.5, 1 / 2.5, 0.5]  # one is ahead, one is equal, one is behind
    assert scores(0.1) == [4, 1 / 4, 0]
    assert scores(0.1, better="lower") == [1, 1, 1]


def test_places_of_a_whole_field_add_up():
    assert sum(scores(float(value))[0] for value in FIELD) == 1 + 2 + 3 + 4


def test_refuses_who_is_not_in_the_field():
    with pytest.raises(ValueError, match=r"0\.3 is none of a field of 4"):
        scores(0.3)
    with pytest.raises(ValueError, match="none of a field of 1"):
        rank(Scalar(1.0), [Scalar(1.0)])
