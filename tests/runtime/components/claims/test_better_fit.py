import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

better_fit = as_written("better-fit")
SIZES = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
LEVELS = {"seed": [0, 1, 2, 3, 4, 5], "size": SIZES.tolist()}
NOISE = 0.02 * np.random.default_rng(0).normal(size=(6, 5))


def claim(results, metric, curve, than, **more):
    given = {"metric": metric, "axis": "size", "curve": curve, "than": than, "pair": ["seed"]}
    return better_fit(results, **given, **more)


def left_out_error(row, fitted_at):
    """The root of the mean square at each level, as one that the others are fitted without."""
    found = []
    for out in range(5):
        kept = [level for level in range(5) if level != out]
        found.append(row[out] - fitted_at(SIZES[kept], row[kept], SIZES[out]))
    return np.sqrt(np.mean(np.square(found)))


def line(x, y, at):
    slope, intercept, *_ = stats.linregress(x, y)
    return intercept + slope * at


def power_law(x, y, at):
    return np.exp(line(np.log(x), np.log(y), np.log(at)))


def test_the_effect_is_the_difference_of_errors_at_levels_left_out(results_of, metric):
    values = 3 * SIZES**-0.5 * np.exp(NOISE)
    found = claim(results_of(LEVELS, values), metric, "power-law", "linear")
    each = [left_out_error(row, line) - left_out_error(row, power_law) for row in values]
    assert [one.value for one in found.observations] == pytest.approx(each, abs=1e-12)
    assert (found.holds, found.p_claimed) == (True, 2**-6)
    assert "(power-law) and" in found.finding and "(linear)." in found.finding
    back = claim(results_of(LEVELS, values), metric, "linear", "power-law")
    assert (back.effect, back.holds, back.p_opposite) == (pytest.approx(-found.effect), False, 2**-6)


def test_a_coefficient_more_is_no_advantage(results_of, metric):
    # Of a straight line a parabola explains more, and foretells no better.
    values = 0.1 * SIZES + 5 * NOISE
    found = claim(results_of(LEVELS, values), metric, "quadratic", "linear")
    assert not found.holds


def test_an_offset_is_found(results_of, metric):
    values = 2 * SIZES**-1.0 + 1 + NOISE / 10
    results = results_of(LEVELS, values)
    found = claim(results, metric, "power-law-offset", "power-law")
    assert (found.holds, found.p_claimed) == (True, 2**-6)
    assert not claim(results, metric, "power-law-offset", "power-law", margin=1.0).holds


def test_levels_at_one_place_are_left_out_together(results_of, metric):
    names = list("abcde")
    field = {"axis": "size", "field": "weights", "values": dict(zip(names, [1, 1, 2, 3, 4], strict=True))}
    values = np.array([[0.0, 2.0, 3.0, 4.0, 5.0], [0.5, 2.0, 3.5, 4.0, 4.0]])
    results = results_of({"seed": [0, 1], "size": names}, values)
    found = claim(results, metric, "linear", "quadratic", by=field)
    along = np.array([1.0, 1, 2, 3, 4])
    expected = []
    for row in values:
        errors = []
        for degree in (2, 1):
            left = np.concatenate(
                [
                    np.polyval(np.polyfit(along[along != place], row[along != place], degree), place)
                    - row[along == place]
                    for place in (1, 2, 3, 4)
                ]
            )
            errors.append(np.sqrt(np.mean(left**2)))
        expected.append(errors[0] - errors[1])
    assert [one.value for one in found.observations] == pytest.approx(expected)


def test_forms_that_claim_nothing(results_of, metric):
    with pytest.raises(ValueError, match="fits as well as itself"):
        claim(results_of(LEVELS, np.ones((6, 5))), metric, "linear", "linear")
    with pytest.raises(ValueError, match="values above zero"):
        claim(results_of(LEVELS, -np.ones((6, 5))), metric, "linear", "power-law")
