import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

compare = as_written("compare")
LEVELS = {"held_out": [0, 15, 30, 45, 60], "method": ["erm", "coral"], "seed": [0, 1]}


def scores(gap=0.1, noise=0.01):
    rng = np.random.default_rng(0)
    base = rng.uniform(0.5, 0.9, size=(5, 1, 2)) + np.array([0.0, gap]).reshape(1, 2, 1)
    return base + noise * rng.normal(size=(5, 2, 2))


def claim(results, metric, **more):
    given = {"axis": "method", "greater": "coral", "less": "erm", "pair": ["held_out", "seed"]} | more
    return compare(results, metric=metric, **given)


def test_the_effect_is_the_mean_difference_and_p_counts_clusters(results_of, metric):
    values = scores()
    found = claim(results_of(LEVELS, values), metric, cluster="held_out")
    differences = values[:, 1] - values[:, 0]
    assert found.effect == pytest.approx(differences.mean(), abs=1e-12)
    # One of 32 patterns is all that a test at 0.05 can exclude: up to the smallest mean of a cluster.
    means = differences.mean(axis=1)
    assert found.interval == pytest.approx((means.min(), means.max()), abs=1e-12)
    assert found.confidence == pytest.approx(0.9)
    assert found.p_claimed == found.smallest_p == 2**-5  # all five clusters are up
    assert found.holds
    assert found.standardized == pytest.approx(means.mean() / means.std(ddof=1), abs=1e-9)
    assert [one.unit for one in found.observations] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert found.observations[3].coordinates == {"held_out": 15, "seed": 1}
    assert found.observations[3].value == pytest.approx(differences[1, 1], abs=1e-12)


def test_without_a_cluster_every_pair_is_a_unit(results_of, metric):
    assert claim(results_of(LEVELS, scores()), metric).p_claimed == 2**-10


def test_axes_that_are_not_named_are_averaged_first(results_of, metric):
    values = scores()
    found = claim(results_of(LEVELS, values), metric, pair=["held_out"])
    assert [one.value for one in found.observations] == pytest.approx(
        (values[:, 1].mean(axis=1) - values[:, 0].mean(axis=1)).tolist(), abs=1e-12
    )


def test_the_margin_moves_the_null_and_not_the_effect(results_of, metric):
    results = results_of(LEVELS, scores(gap=0.1, noise=0.001))
    inside, beyond = claim(results, metric, margin=0.05), claim(results, metric, margin=0.15)
    assert inside.effect == beyond.effect
    assert (inside.holds, inside.p_claimed) == (True, 2**-10)
    assert (beyond.holds, beyond.p_opposite) == (False, 2**-10)


def test_the_t_test_can_decide_with_few_clusters(results_of, metric):
    values = scores()
    found = claim(results_of(LEVELS, values), metric, cluster="held_out", test="t")
    means = (values[:, 1] - values[:, 0]).mean(axis=1)
    assert found.p_claimed == pytest.approx(
        stats.ttest_1samp(means, 0, alternative="greater").pvalue, rel=1e-9
    )
    assert found.p_claimed < 2**-5
    assert found.method.startswith(
        "The mean of 10 paired differences; the units are the levels of held_out. "
        "Test: Student's t test over 5 means."
    )


def test_two_sides_share_alpha(results_of, metric):
    one = claim(results_of(LEVELS, scores()), metric, cluster="held_out")
    two = claim(results_of(LEVELS, scores()), metric, cluster="held_out", sides="two")
    assert two.p_claimed == 2 * one.p_claimed
    assert two.smallest_p == 2 * one.smallest_p
    assert two.p_opposite == 1.0


def test_a_missing_cell_blocks_or_is_dropped(results_of, metric):
    values = scores()
    values[2, 1, 0] = np.nan
    blocked = claim(results_of(LEVELS, values), metric)
    assert blocked.untested == "1 of 10 observations are missing (held_out 30, seed 0)"
    dropped = claim(results_of(LEVELS, values), metric, missing="drop")
    assert not dropped.untested
    assert dropped.missing == ("held_out 30, seed 0",)
    assert len(dropped.observations) == 9
    assert dropped.effect == pytest.approx(np.nanmean(values[:, 1] - values[:, 0]), abs=1e-12)
    assert "1 of 10 paired differences missing and left out" in dropped.method


def test_nothing_left_is_untested_even_when_dropping(results_of, metric):
    found = claim(results_of(LEVELS, np.full((5, 2, 2), np.nan)), metric, missing="drop")
    assert found.untested.startswith("10 of 10 observations are missing")


def test_cells_outside_the_study_are_no_missing_pairs(results_of, metric):
    # Held-out 60 is not in the study for either method: cells 16 to 19 in row-major order.
    found = claim(results_of(LEVELS, scores(), absent={16, 17, 18, 19}), metric)
    assert not found.missing
    assert len(found.observations) == 8


def test_where_keeps_a_part(results_of, metric):
    values = scores()
    found = claim(results_of(LEVELS, values), metric, where={"held_out": [15, 45], "seed": 1})
    expected = (values[[1, 3], 1, 1] - values[[1, 3], 0, 1]).mean()
    assert found.effect == pytest.approx(expected, abs=1e-12)


def test_one_pair_has_no_interval(results_of, metric):
    found = claim(results_of(LEVELS, scores()), metric, where={"held_out": 15, "seed": 1})
    assert found.interval is None
    assert found.smallest_p == 0.5
    assert "no interval: the test excludes nothing" in found.finding


def test_oracle_cells_mark_the_outcome(results_of, metric):
    def marked(oracle):
        return claim(results_of(LEVELS, scores(), oracle=oracle), metric).oracle

    assert marked(({"method": ["coral"]},))
    assert marked(({},))
    assert not marked(())


def test_the_finding_is_in_plain_words(results_of, metric):
    # Differences 0.1, 0.2 and 0.3: mean 0.2, t interval 0.2 ± 2.91999 * 0.1 / sqrt(3) = 0.03 to 0.37.
    values = np.array([[0.5, 0.6], [0.5, 0.7], [0.5, 0.8]])
    results = results_of({"seed": [0, 1, 2], "method": ["erm", "coral"]}, values)
    found = claim(results, metric, pair=["seed"], test="t")
    assert found.finding == (
        "coral minus erm, accuracy: mean 0.20 (90 % interval 0.03 to 0.37); "
        "3 of 3 paired differences lie above zero."
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"greater": "corall"}, "axis 'method' has no level 'corall' \\(it has erm, coral\\)"),
        ({"axis": "methods"}, "does not vary along 'methods'"),
        ({"cluster": "method"}, "cluster 'method' is not among the paired axes \\(held_out, seed\\)"),
    ],
)
def test_wrong_names_are_said(results_of, metric, wrong, message):
    with pytest.raises(ValueError, match=message):
        claim(results_of(LEVELS, scores()), metric, **wrong)
