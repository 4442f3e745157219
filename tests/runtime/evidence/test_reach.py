"""What claims declare of their tests is what the tests can do: nothing is more certain, and something is."""

import itertools

import numpy as np
import pytest

from heldout.runtime.claim import Sought, reach_of
from heldout.runtime.evidence.reach import OVER_UNITS, WITHIN_MARGIN
from heldout.runtime.lookup import find
from heldout.runtime.statistics.association import fisher_test, permute_levels, scored
from heldout.runtime.statistics.detectable import detectable_correlation, detectable_shift
from heldout.runtime.statistics.jackknife import jackknife, jackknife_test
from heldout.runtime.statistics.over_units import TESTS


@pytest.mark.parametrize("reaches", [OVER_UNITS, WITHIN_MARGIN])
@pytest.mark.parametrize("num_units", range(1, 9))
def test_all_units_on_one_side_reach_the_smallest_p_value(reaches, num_units):
    for reach in reaches:
        nearly_equal = 0.5 + 1e-6 * np.arange(num_units)
        found = TESTS[reach.when["test"]](nearly_equal, np.arange(num_units), "mean")
        assert found.p_greater == pytest.approx(reach.smallest_p(num_units), abs=1e-9)
        assert found.smallest_p == reach.smallest_p(num_units)


@pytest.mark.parametrize("num_levels", range(2, 7))
def test_levels_in_one_order_reach_it_too(num_levels):
    levels = scored(np.arange(num_levels, dtype=float)[None], "spearman")
    reach = reach_of(find("claims/correlate"), {"test": "permutation"})
    assert (reach.over, permute_levels(levels, levels, "mean").p_greater) == (
        "axis",
        reach.smallest_p(num_levels),
    )


@pytest.mark.parametrize(
    ("coefficient", "num_levels"), list(itertools.product(["pearson", "spearman", "kendall"], range(2, 7)))
)
def test_fishers_transformation_needs_levels_enough(coefficient, num_levels):
    reach = reach_of(find("claims/correlate"), {"test": "fisher", "coefficient": coefficient})
    assert fisher_test(1.0, 0.0, num_levels, coefficient).smallest_p == reach.smallest_p(num_levels)


@pytest.mark.parametrize("coefficient", ["pearson", "spearman", "kendall"])
@pytest.mark.parametrize("num_levels", range(2, 11))
def test_few_levels_have_no_jackknife_and_are_not_studentized(coefficient, num_levels):
    given = {"coefficient": coefficient}
    reach = reach_of(find("claims/correlate"), given | {"test": "jackknife"})
    x, y = np.random.default_rng(0).normal(size=(2, 1, num_levels))
    found = jackknife_test(jackknife(x, y, coefficient), 0.0)
    assert found.smallest_p == reach.smallest_p(num_levels)
    studentized = reach_of(find("claims/correlate"), given | {"test": "studentized"})
    assert (studentized.smallest_p(num_levels) == 1.0) == (num_levels < 8)
    assert reach.detectable is studentized.detectable is None


def test_what_could_be_detected():
    compare, equivalent, correlate = (find(f"claims/{one}") for one in ("compare", "equivalent", "correlate"))
    t, six = {"test": "t"}, Sought(6, 6, 0.05, 0.8)
    assert reach_of(compare, t).detectable(six, t) == detectable_shift(6, 0.05, "t")
    assert reach_of(equivalent, t).detectable(six, t) == detectable_shift(6, 0.05, "t", within=True)
    ranks = {"test": "permutation", "coefficient": "kendall", "above": None, "below": -0.1}
    assert reach_of(correlate, ranks).detectable(Sought(12, 12, 0.05, 0.8), ranks) == detectable_correlation(
        12, 0.05, -0.1, -1, "kendall"
    )
    assert [reach_of(one, t).measure for one in (compare, equivalent, correlate)] == [
        "difference",
        "margin",
        "difference",
    ]


def test_a_claim_that_declares_nothing_has_no_reach():
    assert reach_of(lambda results: None, {"test": "t"}) is None
