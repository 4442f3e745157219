import numpy as np
import pytest

from tests.fixtures.claims import as_written

compare = as_written("compare")
highest = as_written("highest")
LEVELS = {"method": ["erm", "mixup", "coral"], "seed": [0, 1, 2, 3, 4, 5]}
NOISE = 0.01 * np.random.default_rng(0).normal(size=(3, 6))


def outcome_of(results, metric, than, level="coral"):
    return highest(results, metric=metric, axis="method", level=level, than=than, pair=["seed"])


def test_above_all_others_is_as_strong_as_the_nearest(results_of, metric):
    values = np.array([[0.5], [0.7], [0.8]]) + NOISE
    results = results_of(LEVELS, values)
    found = outcome_of(results, metric, ["erm", "mixup"])
    assert found.effect == pytest.approx((values[2] - values[1]).mean(), abs=1e-12)
    assert (found.holds, found.p_claimed, found.p_opposite) == (True, 2**-6, 1.0)
    assert found.finding.startswith(
        "2 of 2 levels that coral is compared with are lower; the weakest is coral minus mixup"
    )


def test_one_other_is_compare(results_of, metric):
    results = results_of(LEVELS, np.array([[0.5], [0.7], [0.8]]) + NOISE)
    alone = compare(results, metric=metric, axis="method", greater="coral", less="erm", pair=["seed"])
    found = outcome_of(results, metric, ["erm"])
    same = ("effect", "interval", "p_claimed", "p_opposite", "holds", "observations")
    assert all(getattr(found, name) == getattr(alone, name) for name in same)


def test_below_one_of_them_contradicts(results_of, metric):
    found = outcome_of(results_of(LEVELS, np.array([[0.5], [0.9], [0.8]]) + NOISE), metric, ["erm", "mixup"])
    assert not found.holds
    assert (found.p_claimed, found.p_opposite) == (1.0, 2 * 2**-6)  # two comparisons, Bonferroni


def test_a_missing_cell_of_any_blocks_it(results_of, metric):
    values = np.array([[0.5], [0.7], [0.8]]) + NOISE
    values[0, 3] = np.nan
    found = outcome_of(results_of(LEVELS, values), metric, ["mixup", "erm"])
    assert found.untested and found.missing == ("seed 3",)


@pytest.mark.parametrize("than", [[], ["erm", "coral"]])
def test_the_others_are_others(results_of, metric, than):
    with pytest.raises(ValueError, match="must name other levels than coral"):
        outcome_of(results_of(LEVELS, np.ones((3, 6))), metric, than)
