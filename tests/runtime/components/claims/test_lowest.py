import numpy as np
import pytest

from tests.fixtures.claims import as_written

lowest, highest = as_written("lowest"), as_written("highest")
LEVELS = {"method": ["erm", "mixup", "coral"], "seed": [0, 1, 2, 3, 4, 5]}
VALUES = np.array([[0.5], [0.7], [0.3]]) + 0.01 * np.arange(18).reshape(3, 6) % 0.05
SHARED = {"axis": "method", "level": "coral", "than": ["erm", "mixup"], "pair": ["seed"]}


def test_it_is_highest_of_the_negative(results_of, metric):
    found = lowest(results_of(LEVELS, VALUES), metric=metric, **SHARED)
    mirror = highest(results_of(LEVELS, -VALUES), metric=metric, **SHARED)
    assert (found.holds, found.p_claimed, found.p_opposite) == (True, 1 / 64, 1.0)
    for name in ("effect", "interval", "p_claimed", "p_opposite", "holds"):
        assert getattr(found, name) == getattr(mirror, name)
    assert found.finding.startswith(
        "2 of 2 levels that coral is compared with are higher; the weakest is erm minus"
    )


@pytest.mark.parametrize("than", [[], ["erm", "coral"]])
def test_the_others_are_others(results_of, metric, than):
    with pytest.raises(ValueError, match="must name other levels than coral"):
        lowest(results_of(LEVELS, VALUES), metric=metric, **SHARED | {"than": than})
