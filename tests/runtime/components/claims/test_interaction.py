import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

interaction = as_written("interaction")
LEVELS = {"method": ["erm", "coral"], "angle": [0, 45, 90], "seed": [0, 1, 2, 3, 4, 5]}


def claim(results, metric, **more):
    given = {
        "axis": "method",
        "greater": "coral",
        "less": "erm",
        "by": "angle",
        "larger": 90,
        "smaller": 0,
        "pair": ["seed"],
    } | more
    return interaction(results, metric=metric, **given)


def scores():
    noise = 0.02 * np.random.default_rng(0).normal(size=(2, 3, 6))
    return np.array([[0.9, 0.7, 0.5], [0.9, 0.8, 0.7]])[:, :, None] + noise


def test_a_difference_of_differences_by_hand(results_of, metric):
    # coral gains nothing at 0 and 0.2 at 90.
    found = claim(results_of(LEVELS, scores()), metric)
    each = (scores()[1, 2] - scores()[0, 2]) - (scores()[1, 0] - scores()[0, 0])
    assert found.effect == pytest.approx(each.mean(), abs=1e-12)
    assert [one.value for one in found.observations] == pytest.approx(each.tolist(), abs=1e-12)
    assert (found.holds, found.p_claimed) == (True, 2**-6)


def test_it_is_the_contrast_of_a_two_by_two_analysis(results_of, metric):
    # The paired t test of the interaction contrast (1, -1, -1, 1), by hand from the cells.
    cells = scores()[:, [0, 2]].reshape(4, 6)
    contrast = np.array([1.0, -1.0, -1.0, 1.0]) @ cells
    found = claim(results_of(LEVELS, scores()), metric, test="t")
    expected = stats.ttest_1samp(contrast, 0, alternative="greater").pvalue
    assert found.p_claimed == pytest.approx(expected, rel=1e-9)


def test_the_other_way_round_is_contradicted(results_of, metric):
    found = claim(results_of(LEVELS, scores()), metric, larger=0, smaller=90)
    assert (found.holds, found.p_opposite) == (False, 2**-6)


def test_one_of_the_four_cells_is_enough_to_block(results_of, metric):
    values = scores()
    values[0, 0, 3] = np.nan
    assert claim(results_of(LEVELS, values), metric).missing == ("seed 3",)
    values = scores()
    values[0, 1, 3] = np.nan  # angle 45 is not asked for
    assert not claim(results_of(LEVELS, values), metric).untested


def test_cells_of_several_axes_by_hand(results_of, metric):
    levels = {"width": [16, 64], **LEVELS}
    values = np.stack([scores(), scores() + 0.1 * np.arange(18).reshape(3, 6) ** 2])
    found = claim(
        results_of(levels, values),
        metric,
        axis=None,
        greater={"width": 16, "method": "coral"},
        less={"method": "erm", "width": 64},
    )
    each = (values[0, 1, 2] - values[1, 0, 2]) - (values[0, 1, 0] - values[1, 0, 0])
    assert [one.value for one in found.observations] == pytest.approx(each.tolist(), abs=1e-12)
    assert (
        "(width 16, method coral) minus (method erm, width 64), how much larger at angle 90" in found.finding
    )


def test_places_may_be_cells(results_of, metric):
    cells = {"by": None, "larger": {"angle": 90}, "smaller": {"angle": 0}}
    of_cells = claim(results_of(LEVELS, scores()), metric, **cells)
    of_levels = claim(results_of(LEVELS, scores()), metric)
    same = ("effect", "interval", "p_claimed", "observations")
    assert all(getattr(of_cells, name) == getattr(of_levels, name) for name in same)


def test_an_axis_does_not_stand_on_both_sides(results_of, metric):
    with pytest.raises(ValueError, match="differs along 'method' is not compared along 'method' again"):
        claim(
            results_of(LEVELS, scores()),
            metric,
            by=None,
            larger={"method": "erm"},
            smaller={"method": "coral"},
        )
