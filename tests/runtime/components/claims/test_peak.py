import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

peak = as_written("peak")
WIDTHS = [2, 4, 8, 16, 32]
LEVELS = {"width": WIDTHS, "seed": list(range(6))}
TWO = {"method": ["erm", "coral"], **LEVELS}


def tents(tops):
    """Curves over the five widths, by the last axes: 1 at one of them, and less by 0.1 a level away."""
    return 1 - 0.1 * np.abs(np.arange(5)[:, None] - np.asarray(tops)[..., None, :])


def between(results, metric, **more):
    return peak(results, **{"metric": metric, "along": "width", "pair": ["seed"]} | more)


def sooner(results, metric, **more):
    given = {"axis": "method", "earlier": "coral", "later": "erm"}
    return between(results, metric, **given | more)


def test_most_curves_have_their_maximum_between_two_widths(results_of, metric):
    # At widths 8, 8, 4, 16, 8 and 2, an end: of 6 tosses 5 or more heads have a chance of 7 / 64.
    found = between(results_of(LEVELS, tents([2, 2, 1, 3, 2, 0])), metric, above=2, below=32)
    assert (found.effect, found.null, found.holds) == (pytest.approx(5 / 6), 0.5, True)
    assert found.p_claimed == pytest.approx(stats.binom.sf(4, 6, 0.5)) == 7 / 64
    assert [one.value for one in found.observations] == [1, 1, 1, 1, 1, 0]
    assert (
        "share of curves with a maximum of accuracy along width inside, above 2 and below 32" in found.finding
    )
    assert (
        "5 of 6 curves lie there" in found.finding and "5 have one inside, the median at 8." in found.finding
    )


def test_a_bound_is_not_between(results_of, metric):
    results = results_of(LEVELS, tents([2] * 6))
    assert between(results, metric, above=4, below=16).p_claimed == 1 / 64
    assert between(results, metric, above=8).p_opposite == 1 / 64
    assert between(results, metric, below=8).p_opposite == 1 / 64
    assert between(results, metric).p_claimed == 1 / 64  # it has one at all


def test_levels_that_share_a_maximum_all_lie_between(results_of, metric):
    twice = np.repeat(np.array([0.0, 1, 0, 1, 0])[:, None], 6, axis=1)  # at 4 and at 16, and not between
    assert between(results_of(LEVELS, twice), metric, above=4, below=16).p_opposite == 1 / 64
    assert between(results_of(LEVELS, twice), metric, above=2, below=32).p_claimed == 1 / 64


@pytest.mark.parametrize(
    "values", [np.arange(5.0), -np.arange(5.0), np.ones(5), [0, 1, 2, 2, 2], [2, 1, 0, 1, 2]]
)
def test_a_curve_that_is_highest_at_an_end_has_no_maximum_inside(results_of, metric, values):
    found = between(results_of(LEVELS, np.repeat(np.array(values)[:, None], 6, axis=1)), metric)
    assert (found.effect, found.holds, found.p_opposite) == (0.0, False, 1 / 64)
    assert found.finding.endswith("0 have one inside.")


def test_a_minimum_is_a_maximum_of_the_negative(results_of, metric):
    found = between(results_of(LEVELS, -tents([2] * 6)), metric, turn="minimum", above=4, below=16)
    assert found.holds and found.p_claimed == 1 / 64


def test_how_much_earlier_by_hand(results_of, metric):
    # erm at 16, coral at 4, but for one pair at 8 and 8, and one in which coral's middle is (4 + 8) / 2.
    values = np.stack([tents([3, 3, 3, 3, 2, 3]), tents([1, 1, 1, 1, 2, 1])])
    values[1, 2, 5] = 1.0
    found = sooner(results_of(TWO, values), metric)
    assert [one.value for one in found.observations] == [12, 12, 12, 12, 0, 10]
    assert (found.effect, found.p_claimed) == (pytest.approx(58 / 6), 2 / 64)
    assert "how much later erm has the maximum of accuracy along width than coral" in found.finding
    assert "None inside: 0 of 6 curves of coral and 0 of 6 curves of erm." in found.finding


def test_on_a_logarithmic_scale_it_is_a_share(results_of, metric):
    found = sooner(
        results_of(TWO, np.stack([tents([3] * 6), tents([1] * 6)])), metric, scale="log", margin=2.9
    )
    assert (found.effect, found.null, found.p_claimed) == (pytest.approx(3.0), pytest.approx(2.9), 1 / 64)
    ranks = sooner(
        results_of(TWO, np.stack([tents([3] * 6), tents([1] * 6)])), metric, scale="rank", margin=2
    )
    assert (ranks.effect, ranks.holds, ranks.p_claimed) == (2.0, False, 1.0)


def test_curves_that_rise_to_the_end_turn_there_at_the_earliest_and_two_of_them_are_tied(results_of, metric):
    # erm rises to 32 throughout; coral peaks at 8, and in the last two pairs rises or falls throughout too.
    values = np.stack([tents([4] * 6), tents([2, 2, 2, 2, 4, 0])])
    found = sooner(results_of(TWO, values), metric)
    assert [one.value for one in found.observations] == [24, 24, 24, 24, 0, 0]
    assert "None inside: 2 of 6 curves of coral and 6 of 6 curves of erm." in found.finding


def test_sides_may_be_cells_and_levels_are_placed_by_a_field(results_of, metric):
    values = np.stack([tents([3] * 6), tents([1] * 6)])
    cells = {"axis": None, "earlier": {"method": "coral"}, "later": {"method": "erm"}}
    assert sooner(results_of(TWO, values), metric, **cells).effect == 12
    sizes = {"axis": "width", "field": "cost", "values": {str(width): 2 * width for width in WIDTHS}}
    assert sooner(results_of(TWO, values), metric, by=sizes).effect == 24


def test_a_missing_level_blocks_and_one_that_a_curve_does_not_have_is_none_of_it(results_of, metric):
    values = tents([2] * 6)
    values[4, 3] = np.nan
    found = between(results_of(LEVELS, values), metric)
    assert found.untested and found.missing == ("seed 3",)
    assert between(results_of(LEVELS, values), metric, missing="drop").num_units == 5
    # Without width 32 the curve of seed 3 ends at 16.
    assert between(results_of(LEVELS, tents([2] * 6), absent={4 * 6 + 3}), metric).p_claimed == 1 / 64
    late = between(results_of(LEVELS, tents([3] * 6), absent={4 * 6 + 3}), metric)
    assert [one.value for one in late.observations] == [1, 1, 1, 0, 1, 1]


def test_it_is_of_a_curve_by_step_too(rehearsal, named):
    found = peak(
        rehearsal(loss=({"seed": [0, 1, 2, 3, 4]}, np.repeat(-tents([1])[:, 0][None], 5, axis=0))),
        metric=named("loss") | {"along": ["step"]},
        along="step",
        turn="minimum",
        below=3,
        pair=["seed"],
    )
    assert found.holds and found.p_claimed == 2**-5


@pytest.mark.parametrize(
    "wrong", [{"earlier": "erm"}, {"later": "erm"}, {"earlier": "erm", "later": "coral", "above": 2}]
)
def test_what_cannot_be_asked(results_of, metric, wrong):
    with pytest.raises(ValueError, match="between bounds, or at `earlier`"):
        between(results_of(TWO, np.ones((2, 5, 6))), metric, axis="method", **wrong)
