import numpy as np
import pytest

from tests.fixtures.claims import as_written

order = as_written("order")
LEVELS = {"method": ["erm", "mixup", "coral"], "seed": [0, 1, 2, 3, 4, 5]}
NOISE = 0.01 * np.random.default_rng(0).normal(size=(3, 6))


def ordered(results, metric, levels):
    return order(results, metric=metric, axis="method", levels=levels, pair=["seed"])


def test_every_step_up(results_of, metric):
    values = np.array([[0.5], [0.6], [0.8]]) + NOISE
    found = ordered(results_of(LEVELS, values), metric, ["erm", "mixup", "coral"])
    assert found.effect == pytest.approx((values[1] - values[0]).mean(), abs=1e-12)  # the weaker step
    assert (found.holds, found.p_claimed, found.p_opposite) == (True, 2**-6, 1.0)
    assert found.finding.startswith(
        "2 of 2 steps of erm < mixup < coral go up; the weakest is mixup minus erm"
    )
    assert len(found.observations) == 12


def test_one_step_down_contradicts(results_of, metric):
    values = np.array([[0.5], [0.4], [0.8]]) + NOISE
    found = ordered(results_of(LEVELS, values), metric, ["erm", "mixup", "coral"])
    assert not found.holds
    assert found.p_claimed == 1.0
    assert found.p_opposite == 2 * 2**-6  # two steps, Bonferroni


def test_one_uncertain_step_is_enough_to_doubt(results_of, metric):
    # mixup - erm is +3 +1 -1 -1 +1 +1 hundredths: of 64 signed sums of (3 1 1 1 1 1) those of at
    # least 4: with +3 up, at most two of five ones down: 1 + 5 + 10 = 16, with it down, at most none
    # (2): 0.
    step = np.array([0.03, 0.01, -0.01, -0.01, 0.01, 0.01])
    values = np.stack([np.full(6, 0.5), 0.5 + step, np.full(6, 0.9)])
    found = ordered(results_of(LEVELS, values), metric, ["erm", "mixup", "coral"])
    assert found.p_claimed == 16 / 64


def test_a_missing_level_blocks_the_order(results_of, metric):
    values = np.array([[0.5], [0.6], [0.8]]) + NOISE
    values[2, 4] = np.nan
    found = ordered(results_of(LEVELS, values), metric, ["erm", "mixup", "coral"])
    assert found.untested
    assert found.missing == ("seed 4",)


def test_one_level_is_no_order(results_of, metric):
    with pytest.raises(ValueError, match="needs two levels, got 1"):
        ordered(results_of(LEVELS, np.ones((3, 6))), metric, ["erm"])
