import numpy as np
import pytest

from heldout.runtime.control.environment_of import environment_of
from heldout.runtime.operators.data.control.levels import levels


def test_places_are_rows_in_their_order():
    pool = levels(environment={"maze": {"side": 5, "radius": 2}}, train=4, select=1, test=1).train
    whole, turned = environment_of(pool), environment_of(pool.take([3, 0]))
    whole.begin(np.array([3, 0]))
    turned.begin(np.array([0, 1]))
    assert np.array_equal(whole.observe(), turned.observe())


def test_rows_without_an_environment_and_no_rows_are_refused():
    pool = levels(environment="maze", train=1, select=1, test=1).train
    with pytest.raises(ValueError, match="no levels of an environment"):
        environment_of(type(pool)(rows=pool.rows))
    with pytest.raises(ValueError, match="no levels to play"):
        environment_of(pool.take([]))
