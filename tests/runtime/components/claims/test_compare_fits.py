import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

compare_fits, equivalent_fits = as_written("compare-fits"), as_written("equivalent-fits")
SIZES = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
LEVELS = {"method": ["erm", "coral", "irm"], "seed": [0, 1, 2, 3, 4, 5], "size": SIZES.tolist()}
NOISE = np.exp(0.02 * np.random.default_rng(0).normal(size=(3, 6, 5)))
EXPONENTS = np.array([-0.3, -0.5, 9.0])[:, None, None]  # that of a method that is not asked about is far off
VALUES = SIZES**EXPONENTS * NOISE
SHARED = {"axis": "size", "across": "method", "pair": ["seed"]}


@pytest.fixture
def results(results_of):
    return results_of(LEVELS, VALUES)


def test_exponents_of_two_levels_are_compared(results, metric):
    found = compare_fits(results, metric=metric, curve="power-law", greater="erm", less="coral", **SHARED)
    erm, coral = (
        np.array([stats.linregress(np.log(SIZES), np.log(row)).slope for row in rows]) for rows in VALUES[:2]
    )
    assert [one.value for one in found.observations] == pytest.approx((erm - coral).tolist(), abs=1e-12)
    assert (found.holds, found.p_claimed) == (True, 2**-6)
    assert "erm minus coral, exponent of accuracy over size" in found.finding
    by_t = compare_fits(
        results, metric=metric, curve="power-law", greater="erm", less="coral", margin=0.2, test="t", **SHARED
    )
    assert by_t.p_claimed == pytest.approx(stats.ttest_1samp(erm - coral, 0.2, alternative="greater").pvalue)


def test_exponents_are_the_same_up_to_a_margin(results, metric):
    given = {"metric": metric, "curve": "power-law", "level": "coral", "reference": "erm", **SHARED}
    assert equivalent_fits(results, **given, margin=0.3).p_claimed == 2**-6
    beyond = equivalent_fits(results, **given, margin=0.1)
    assert (beyond.holds, beyond.p_opposite) == (False, 2 * 2**-6)


def test_an_offset_does_not_disturb_the_exponent(results_of, metric):
    values = np.array([0.0, 3.0, 3.0])[:, None, None] + SIZES**-0.5 + (NOISE - 1) / 1000
    given = {"metric": metric, "level": "coral", "reference": "erm", "margin": 0.1, **SHARED}
    results = results_of(LEVELS, values)
    assert equivalent_fits(results, curve="power-law-offset", **given).holds
    assert not equivalent_fits(results, curve="power-law", **given).holds


def test_a_lost_cell_costs_its_pair(results_of, metric):
    values = VALUES.copy()
    values[1, 4, 2] = np.nan
    given = {"metric": metric, "curve": "power-law", "greater": "erm", "less": "coral", **SHARED}
    assert compare_fits(results_of(LEVELS, values), **given).missing == ("seed 4",)
    assert compare_fits(results_of(LEVELS, values), missing="drop", **given).num_units == 5
