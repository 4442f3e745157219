import numpy as np
import pytest
from scipy import special, stats

from tests.fixtures.claims import as_written

regress = as_written("regress")
METHODS = ["erm", "irm", "coral", "mixup", "sam"]
RNG = np.random.default_rng(7)
INSIDE = np.linspace(0.6, 0.9, 5)[:, None] + 0.01 * RNG.normal(size=(5, 6))
OUTSIDE = INSIDE - 0.2 + 0.02 * RNG.normal(size=(5, 6))
LEVELS = {"method": METHODS, "seed": [0, 1, 2, 3, 4, 5]}


@pytest.fixture
def results(rehearsal):
    return rehearsal(inside=(LEVELS, INSIDE), outside=(LEVELS, OUTSIDE))


def claim(results, named, **more):
    given = {"axis": "method", "above": 0.0, "line": "ols", "pair": ["seed"]} | more
    return regress(results, metric=named("outside"), against=named("inside"), **given)


def test_slopes_of_least_squares_by_hand(rehearsal, named):
    # x 0, 1, 2 in either run. y 0, 1, 2 rises by 1; of y 1, 0, 2 it is (-1 * 1 + 0 * 0 + 1 * 2) / 2 = 0.5.
    levels = {"method": ["a", "b", "c"], "seed": [0, 1]}
    results = rehearsal(inside=(levels, [[0, 0], [1, 1], [2, 2]]), outside=(levels, [[0, 1], [1, 0], [2, 2]]))
    found = claim(results, named)
    assert [one.value for one in found.observations] == [1.0, 0.5]
    assert (found.effect, found.num_units) == (0.75, 2)
    assert found.finding.startswith("Slope of outside on inside over 3 levels of method: mean 0.75")


@pytest.mark.parametrize(
    ("scale", "place"),
    [("value", np.asarray), ("logit", special.logit), ("probit", stats.norm.ppf), ("log", np.log)],
)
def test_one_slope_a_seed_on_each_scale(results, named, scale, place):
    found = claim(results, named, scale=scale, above=0.5, test="t")
    each = [stats.linregress(place(INSIDE[:, s]), place(OUTSIDE[:, s])).slope for s in range(6)]
    assert [one.value for one in found.observations] == pytest.approx(each, abs=1e-9)
    assert found.p_claimed == pytest.approx(stats.ttest_1samp(each, 0.5, alternative="greater").pvalue)


def test_theil_and_sen(results, named):
    found = claim(results, named, line="theil-sen")
    each = [stats.theilslopes(OUTSIDE[:, s], INSIDE[:, s]).slope for s in range(6)]
    assert [one.value for one in found.observations] == pytest.approx(each, abs=1e-12)


def test_other_runs_are_instruments(results, named):
    found = claim(results, named, line="instrumental", below=1.5, above=None)
    # Of each run, with the average of the others: the ratio of mean covariances is the slope of all.
    with_y, with_x = (
        np.mean([np.cov(np.delete(INSIDE, s, 1).mean(axis=1), side[:, s])[0, 1] for s in range(6)])
        for side in (OUTSIDE, INSIDE)
    )
    assert found.effect == pytest.approx(with_y / with_x, abs=1e-12)
    assert found.num_units == len(found.observations) == 6
    share = with_x / INSIDE.var(axis=0, ddof=1).mean()
    assert f"Of the variance of inside in a line {share:.2f} recurs in other units" in found.method


def test_residuals_are_off_the_line_of_the_others_in_the_metrics_own_unit(results, named):
    found = claim(results, named, of="residual", level="sam", scale="probit")
    each = []
    for s in range(6):
        line = stats.linregress(stats.norm.ppf(INSIDE[:4, s]), stats.norm.ppf(OUTSIDE[:4, s]))
        on_line = stats.norm.cdf(line.intercept + line.slope * stats.norm.ppf(INSIDE[4, s]))
        each.append(OUTSIDE[4, s] - on_line)
    assert [one.value for one in found.observations] == pytest.approx(each, abs=1e-12)
    assert found.finding.startswith(
        "sam above the line of outside on inside over 4 levels of method (probits"
    )


def test_residuals_are_told_in_percent_where_the_metric_is(results, named):
    percent = named("outside") | {"unit": "percent"}
    more = {"axis": "method", "pair": ["seed"], "above": 0.0, "against": named("inside")}
    residual = regress(results, metric=percent, of="residual", level="sam", **more)
    assert "In percent:" in residual.finding
    assert "In percent:" not in regress(results, metric=percent, **more).finding


def test_a_value_on_the_edge_of_the_scale_matters_on_the_line_alone(rehearsal, named):
    outside = OUTSIDE.copy()
    outside[4, 2] = 1.0
    results = rehearsal(inside=(LEVELS, INSIDE), outside=(LEVELS, outside))
    assert claim(results, named, scale="logit").untested == "outside is 1 at method sam, which has no logit"
    assert not claim(results, named, scale="logit", of="residual", level="sam").untested
    assert not claim(results, named).untested


def test_points_of_several_axes_and_a_cell_of_one(rehearsal, named):
    levels = {"method": ["a", "b"], "rate": [1, 2, 3], "seed": [0, 1]}
    inside = np.broadcast_to(np.arange(6.0).reshape(2, 3, 1), (2, 3, 2))
    outside = 2 * inside + np.array([0.0, 3.0])[:, None, None]  # b lies 3 above the line of a
    results = rehearsal(inside=(levels, inside), outside=(levels, outside))
    more = {"axis": ["method", "rate"]}
    found = claim(results, named, of="residual", level={"method": "b"}, **more)
    assert [one.value for one in found.observations] == pytest.approx([3.0, 3.0], abs=1e-12)
    slope = stats.linregress(inside[..., 0].ravel(), outside[..., 0].ravel()).slope
    assert claim(results, named, **more).effect == pytest.approx(slope, abs=1e-12)
    one = claim(results, named, of="residual", level={"method": "b", "rate": 3}, **more)
    assert one.finding.startswith("(method b, rate 3) above the line of outside on inside over 5 points of")


def test_no_line_is_drawn_through_what_has_none(rehearsal, named):
    def cause(inside, outside=OUTSIDE, **more):
        results = rehearsal(inside=(LEVELS, inside), outside=(LEVELS, outside))
        return claim(results, named, **more).untested

    assert "is the same at all levels of a line" in cause(np.full((5, 6), 0.5))
    assert "needs 3 levels, and 2 have a value" in cause(INSIDE, where={"method": ["erm", "irm"]})
    missing = INSIDE.copy()
    missing[0, 0] = np.nan
    assert "1 of 5 levels lack a value (method erm)" in cause(missing)
    assert not cause(missing, missing="drop")
    lost = cause(missing, missing="drop", of="residual", level="erm")
    assert lost == "there is no value at erm"
    noise = np.random.default_rng(1).normal(size=(5, 6))
    assert "is no instrument" in cause(noise, line="instrumental")
    assert "write `line: ols`" in cause(INSIDE, line="instrumental", where={"seed": 0})


def test_what_noise_does_is_said(results, named):
    assert "and of no other sign" in claim(results, named).method
    assert "nearer to zero than 1." in claim(results, named, above=1.0).method
    assert "may lie off them by that alone" in claim(results, named, of="residual", level="sam").method
    assert "does not show it" in claim(results, named, where={"seed": [0]}, pair=[]).method


def test_below_is_the_other_side(results, named):
    above, below = (claim(results, named, **one) for one in ({"above": 1.0}, {"above": None, "below": 1.0}))
    assert (above.p_claimed, above.holds) == (below.p_opposite, not below.holds)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"below": 0.0}, "above or below one number"),
        ({"of": "residual"}, "a residual is of a level"),
        ({"level": "sam"}, "a slope of none"),
        ({"of": "residual", "level": {"seed": 1}}, "no cell of method"),
        ({"of": "residual", "level": "vrex"}, "vrex"),
    ],
)
def test_what_cannot_be_claimed(results, named, more, says):
    with pytest.raises(ValueError, match=says):
        claim(results, named, **more)
