import itertools

import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

fit = as_written("fit")
SIZES = np.array([10.0, 20.0, 50.0, 100.0, 400.0])
LEVELS = {"seed": [0, 1, 2, 3, 4, 5], "size": SIZES.tolist()}
NOISE = 0.02 * np.random.default_rng(0).normal(size=(6, 5))


def claim(results, metric, curve, **more):
    return fit(results, metric=metric, axis="size", curve=curve, **({"pair": ["seed"]} | more))


def test_a_power_laws_exponent_is_the_slope_of_the_logarithms(results_of, metric):
    values = 3 * SIZES**-0.5 * np.exp(NOISE)
    found = claim(results_of(LEVELS, values), metric, "power-law", below=0.0)
    each = [stats.linregress(np.log(SIZES), np.log(row)).slope for row in values]
    assert found.effect == pytest.approx(np.mean(each), abs=1e-12)
    means = [np.mean(part) for n in range(1, 7) for part in itertools.combinations(each, n)]
    third, third_last = sorted(means)[2], sorted(means)[-3]  # 3 of 64 patterns are below 0.05
    assert found.interval == pytest.approx((third, third_last))
    assert (found.holds, found.p_claimed) == (True, 2**-6)
    mean = np.log(values).mean(axis=0)
    assert f"R² of the mean curve {stats.linregress(np.log(SIZES), mean).rvalue ** 2:.3f}" in found.finding


def test_an_exponent_in_a_range_takes_both_tests(results_of, metric):
    results = results_of(LEVELS, 3 * SIZES**-0.5 * np.exp(NOISE))
    inside = claim(results, metric, "power-law", above=-0.6, below=-0.4)
    assert (inside.holds, inside.p_claimed, inside.p_opposite) == (True, 2**-6, 1.0)
    outside = claim(results, metric, "power-law", above=-1.2, below=-0.8)
    assert (outside.holds, outside.p_opposite) == (False, 2 * 2**-6)
    assert outside.null == -0.8
    assert -0.6 < inside.interval[0] < inside.interval[1] < -0.4
    assert outside.interval[0] > -0.8


def test_log_linear(results_of, metric):
    values = 0.2 + 0.1 * np.log(SIZES) + NOISE
    found = claim(results_of(LEVELS, values), metric, "log-linear", above=0.05, test="t")
    each = [stats.linregress(np.log(SIZES), row).slope for row in values]
    assert found.p_claimed == pytest.approx(stats.ttest_1samp(each, 0.05, alternative="greater").pvalue)


def test_curvature(results_of, metric):
    values = -2e-6 * (SIZES - 100) ** 2 + NOISE / 100
    found = claim(results_of(LEVELS, values), metric, "quadratic", below=0.0)
    assert found.effect == pytest.approx(np.mean([np.polyfit(SIZES, row, 2)[0] for row in values]), rel=1e-6)
    assert found.holds


def test_an_inverted_u_turns_inside(results_of, metric):
    values = 0.9 - 0.1 * (np.log(SIZES) - np.log(60)) ** 2 + NOISE
    results = results_of(LEVELS, values)
    found = claim(results, metric, "inverted-u", scale="log")
    assert (found.holds, found.p_claimed) == (True, 2**-6)
    mean = values.mean(axis=0)
    c, b, _ = np.polyfit(np.log(SIZES), mean, 2)
    assert f"it turns at {np.exp(-b / (2 * c)):.3g} (95 % interval" in found.finding
    assert claim(results, metric, "inverted-u", scale="log", between=[40, 90]).holds
    beyond = claim(results, metric, "inverted-u", scale="log", between=[100, 400])
    assert (beyond.holds, beyond.p_opposite) == (False, 2 * 2**-6)
    assert not claim(results, metric, "u", scale="log").holds


def test_bent_but_still_rising_is_no_inverted_u(results_of, metric):
    # Concave everywhere, its top at 1,000 beyond the last level.
    values = -((np.log(SIZES) - np.log(1000)) ** 2) + NOISE
    results = results_of(LEVELS, values)
    assert claim(results, metric, "quadratic", scale="log", below=0.0).p_claimed == 2**-6
    found = claim(results, metric, "inverted-u", scale="log")
    assert (found.holds, found.p_claimed) == (False, 1.0)


def test_one_fit_has_no_intervals(results_of, metric):
    results = results_of({"size": SIZES.tolist()}, 3 * SIZES**-0.5)
    found = claim(results, metric, "power-law", below=0.0, pair=[])
    assert found.effect == pytest.approx(-0.5)
    assert found.smallest_p == 0.5
    assert found.finding.endswith("R² of the mean curve 1.000.")


def test_a_missing_cell_costs_its_fit(results_of, metric):
    values = 3 * SIZES**-0.5 * np.exp(NOISE)
    values[2, 1] = np.nan
    results = results_of(LEVELS, values)
    assert claim(results, metric, "power-law", below=0.0).missing == ("seed 2",)
    assert claim(results, metric, "power-law", below=0.0, missing="drop").p_claimed == 2**-5
    # Five exponents are 0.5 below zero and one counts as the farthest of them above: of 2^6 patterns of
    # sizes that nearly tie, the observed one and those that lose less are more than one.
    assert claim(results, metric, "power-law", below=0.0, missing="against").p_claimed > 2**-6


@pytest.mark.parametrize(
    ("curve", "more", "words"),
    [
        ("power-law", {}, "claims something of its exponent"),
        ("quadratic", {"above": 0.0, "between": [1, 2]}, "has no turning point"),
        ("u", {"above": 0.0}, "has no `above` or `below`"),
        ("u", {"between": [2, 1]}, "a smaller and a larger number"),
        ("power-law", {"above": 1.0, "below": 0.5}, "nothing is above 1 and below 0.5"),
    ],
)
def test_bounds_that_a_curve_does_not_have(results_of, metric, curve, more, words):
    with pytest.raises(ValueError, match=words):
        claim(results_of(LEVELS, np.ones((6, 5))), metric, curve, **more)


def test_what_has_no_logarithm(results_of, metric):
    with pytest.raises(ValueError, match=r"values above zero, the smallest is -0\.5"):
        claim(results_of(LEVELS, np.full((6, 5), -0.5)), metric, "power-law", below=0.0)


def test_a_curve_over_a_field_of_named_levels_is_that_over_its_numbers(results_of, metric):
    names = [f"model-{number}" for number in (3, 1, 4, 2, 5)]
    field = {"axis": "size", "field": "weights", "values": dict(zip(names, SIZES.tolist(), strict=True))}
    values = 0.5 - ((np.log(SIZES) - np.log(50)) / 4) ** 2 + NOISE
    by_number = claim(results_of(LEVELS, values), metric, "inverted-u", scale="log")
    named = results_of({"seed": LEVELS["seed"], "size": names}, values)
    by_field = claim(named, metric, "inverted-u", scale="log", by=field)
    assert (by_field.effect, by_field.p_claimed) == (by_number.effect, by_number.p_claimed)
    assert by_field.finding == by_number.finding.replace("over size", "over size.weights")
    shared = field | {"values": dict(zip(names, [1, 1, 1, 2, 3], strict=True))}
    with pytest.raises(ValueError, match="needs 4 levels, it has 3"):
        claim(named, metric, "quadratic", above=0, by=shared)


def test_a_line(results_of, metric):
    values = 0.2 + 0.003 * SIZES + NOISE
    found = claim(results_of(LEVELS, values), metric, "linear", above=0.001)
    each = [stats.linregress(SIZES, row).slope for row in values]
    assert found.effect == pytest.approx(np.mean(each), abs=1e-12)
    assert (found.holds, found.p_claimed) == (True, 2**-6)


def test_an_offset_is_no_part_of_the_exponent(results_of, metric):
    values = 3 * SIZES**-0.8 + 2 + NOISE / 20
    results = results_of(LEVELS, values)
    found = claim(results, metric, "power-law-offset", above=-1.0, below=-0.6)
    assert (found.effect, found.holds) == (pytest.approx(-0.8, abs=0.05), True)
    assert "exponent of accuracy over size" in found.finding
    assert found.finding.endswith("R² of the mean curve 1.000.")
    assert claim(results, metric, "power-law", above=-0.1).holds


def test_a_step_does_not_identify_an_exponent(results_of, metric):
    values = np.ones((6, 5))
    values[:, 0] = 2.0
    with pytest.raises(ValueError, match="6 of 6 curves do not identify the exponent"):
        claim(results_of(LEVELS, values), metric, "power-law-offset", below=0.0)


def test_goodness_is_tested_over_fits(results_of, metric):
    values = 0.2 + 0.1 * np.log(SIZES) + NOISE
    results = results_of(LEVELS, values)
    found = claim(results, metric, "log-linear", goodness=0.9, test="t")
    each = [stats.linregress(np.log(SIZES), row).rvalue ** 2 for row in values]
    assert [one.value for one in found.observations] == pytest.approx(each)
    left = np.log(1 - np.array(each))
    by_hand = stats.ttest_1samp(left, np.log(0.1), alternative="less")
    assert found.p_claimed == pytest.approx(by_hand.pvalue)
    assert found.effect == pytest.approx(1 - np.exp(left.mean()))
    assert (found.null, found.holds) == (pytest.approx(0.9), True)
    assert found.interval[0] == pytest.approx(1 - np.exp(by_hand.confidence_interval(0.95).high))
    assert "6 of 6 fits lie above 0.9" in found.finding
    assert not claim(results, metric, "log-linear", goodness=0.999).holds
    offset = claim(results, metric, "power-law-offset", goodness=0.9)
    more_free = [one.value for one in offset.observations]
    assert all(free >= own for free, own in zip(more_free, each, strict=True))


def test_a_missing_cell_has_no_goodness(results_of, metric):
    values = 0.2 + 0.1 * np.log(SIZES) + NOISE
    values[2, 1] = np.nan
    assert claim(results_of(LEVELS, values), metric, "log-linear", goodness=0.5).missing == ("seed 2",)
    assert claim(results_of(LEVELS, values), metric, "power-law-offset", goodness=0.5).missing == ("seed 2",)


def test_goodness_is_claimed_alone(results_of, metric):
    for more in ({"above": 0.0}, {"between": [1, 2]}):
        with pytest.raises(ValueError, match="`goodness` is claimed alone"):
            claim(results_of(LEVELS, np.ones((6, 5))), metric, "log-linear", goodness=0.9, **more)


def test_of_curves_that_do_not_vary_nothing_is_explained(results_of, metric):
    values = 0.1 + np.arange(6)[:, None] * np.log(SIZES)  # the first seed's are 0.1 everywhere
    with pytest.raises(ValueError, match="1 of 6 curves do not vary"):
        claim(results_of(LEVELS, values), metric, "log-linear", goodness=0.9)
