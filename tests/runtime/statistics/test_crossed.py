import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics.crossed import (
    Contributions,
    Source,
    Uncertain,
    on_other_examples,
    trained_again_too,
)


def of_means(values):
    """What means over units, [num_units, num_runs], are made of."""
    number = len(values)
    moved = (values - values.mean(axis=0)) / math.sqrt(number * (number - 1))
    return Contributions(values.mean(axis=0), moved, number - 1)


def test_of_one_run_it_is_students_t():
    values = np.array([0.3, -0.1, 0.4, 0.2, 0.0])
    found = on_other_examples(of_means(values[:, None]))
    expected = stats.ttest_1samp(values, 0.1, alternative="greater")
    assert found.test(0.1, "t").p_greater == pytest.approx(expected.pvalue, rel=1e-9)
    low, high = found.ends(0.05)
    assert (low, high) == pytest.approx(stats.t.interval(0.9, 4, values.mean(), stats.sem(values)), rel=1e-6)


def test_the_variance_is_that_of_two_crossed_factors():
    # The mean squares of an analysis of variance without interaction, by hand, for 3 rows and 2 runs:
    values = np.array([[4.0, 1.0], [2.0, 3.0], [9.0, 5.0]])
    # Run means 5 and 3, row means 2.5, 2.5, 7; the mean is 4.
    rows = 2 * ((2.5 - 4) ** 2 + (2.5 - 4) ** 2 + (7 - 4) ** 2) / 2
    runs = 3 * ((5 - 4) ** 2 + (3 - 4) ** 2) / 1
    both = ((values - 4) ** 2).sum() - 2 * rows - runs
    error = both / 2
    found = trained_again_too(of_means(values))
    assert found.effect == 4
    sources = {round(one.error**2, 12) for one in (found.larger, found.smaller)}
    # Of the mean of both: rows add (MS_rows - MS_error) / 6, runs and the rest MS_runs / 6.
    assert sources == {round((rows - error) / 6, 12), round(runs / 6, 12)}


def test_a_sum_of_two_cauchys_is_one():
    # Student's t with one degree of freedom; scales add up.
    both = Uncertain(0.0, Source(2.0, 1.0), Source(1.0, 1.0))
    assert both.test(-3.0, "").p_greater == pytest.approx(stats.cauchy.sf(3.0 / 3.0), abs=1e-5)
    assert both.ends(0.05)[1] == pytest.approx(3 * stats.cauchy.isf(0.05), rel=1e-3)


def test_a_sum_of_two_normals_is_one():
    both = Uncertain(0.0, Source(4.0, 1e9), Source(3.0, 1e9))
    assert both.test(-10.0, "").p_greater == pytest.approx(stats.norm.sf(10.0 / 5.0), rel=1e-6)


def test_an_end_lies_where_the_test_says_the_level():
    rng = np.random.default_rng(0)
    found = trained_again_too(of_means(rng.normal(size=(20, 3)) + rng.normal(size=3)))
    low, high = found.ends(0.02)
    assert found.test(low, "").p_greater == pytest.approx(0.02, rel=1e-4)
    assert found.test(high, "").p_less == pytest.approx(0.02, rel=1e-4)


def alike(value, num_rows, num_runs, low, high):
    still = np.full((num_rows, num_runs), value)
    return replace(of_means(still), range=(low, high), apart=num_rows)


def test_all_right_is_the_binomial_test_of_so_many_as_are_independent():
    one = on_other_examples(alike(1.0, 40, 1, 0.0, 1.0))
    assert one.test(0.9, "t").p_greater == pytest.approx(0.9**40)
    assert one.test(0.9, "t").p_less == 1
    assert one.ends(0.05) == pytest.approx((0.05 ** (1 / 40), 1.0))  # Clopper and Pearson
    # Ten runs of 40 rows: of the pairs of a run and a row no more than ten share neither.
    again = trained_again_too(alike(1.0, 40, 10, 0.0, 1.0))
    assert again.test(0.99, "t").p_greater == pytest.approx(0.99**10)
    assert again.test(0.5, "t").p_greater == pytest.approx(2.0**-10)


def test_two_that_are_always_equal_may_differ_in_as_many_as_were_not_seen():
    # No row of 40 in which they differ: that they do in one of 20, to the worse, has a chance of 0.95^40.
    same = on_other_examples(alike(0.0, 40, 1, -1.0, 1.0))
    assert same.test(-0.05, "t").p_greater == pytest.approx(0.95**40)
    assert same.test(0.0, "t")[:2] == (1, 1)
    low, high = same.ends(0.05)
    assert (low, high) == pytest.approx((0.05 ** (1 / 40) - 1, 1 - 0.05 ** (1 / 40)))
    assert same.test(low, "t").p_greater == pytest.approx(0.05)


def test_what_has_no_range_and_does_not_vary_says_nothing():
    still = trained_again_too(of_means(np.full((4, 3), 0.5)))
    assert still.test(0.0, "t")[:2] == (1, 1)
    assert still.ends(0.05) == (-math.inf, math.inf)
