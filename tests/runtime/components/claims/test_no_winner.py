import numpy as np
import pytest

from tests.fixtures.claims import as_written

no_winner, highest = as_written("no-winner"), as_written("highest")
LEVELS = {"method": ["erm", "irm", "coral"], "seed": list(range(6))}
NOISE = 0.001 * np.arange(18).reshape(3, 6)


def outcome(results_of, metric, means, **more):
    results = results_of(LEVELS, np.array(means)[:, None] + NOISE)
    shared = {"axis": "method", "reference": "erm", "others": ["irm", "coral"], "pair": ["seed"]}
    return no_winner(results, metric=metric, **shared | more)


def test_none_is_better_by_a_point(results_of, metric):
    # Advantages of 0.006 and, of coral, 0.012 - 0.01 = 0.002: all twelve differences lie within the margin.
    found = outcome(results_of, metric, [0.7, 0.7, 0.69], margin=0.01)
    assert (found.holds, found.p_claimed, found.p_opposite, found.null) == (True, 1 / 64, 1.0, -0.01)
    assert found.effect == pytest.approx(-0.006)
    assert found.finding.startswith(
        "2 of 2 levels are no better than erm by 0.01; the weakest is erm minus irm"
    )


def test_one_winner_contradicts_at_alpha_over_their_number(results_of, metric):
    found = outcome(results_of, metric, [0.7, 0.7, 0.75], margin=0.01)
    assert (found.holds, found.p_claimed, found.p_opposite) == (False, 1.0, 2 / 64)


def test_of_a_loss_the_smaller_is_the_better(results_of, metric):
    assert outcome(results_of, metric, [0.7, 0.75, 0.8], margin=0.01, better="lower").holds
    assert not outcome(results_of, metric, [0.7, 0.75, 0.6], margin=0.01, better="lower").holds


def test_it_is_highest_with_the_margin_granted(results_of, metric):
    means = [0.7, 0.703, 0.69]
    found = outcome(results_of, metric, means, margin=0.01, test="t")
    same = highest(
        results_of(LEVELS, np.array(means)[:, None] + NOISE),
        metric=metric,
        axis="method",
        level="erm",
        than=["irm", "coral"],
        margin=-0.01,
        pair=["seed"],
        test="t",
    )
    for name in ("effect", "interval", "p_claimed", "p_opposite", "holds"):
        assert getattr(found, name) == getattr(same, name)


@pytest.mark.parametrize("wrong", [{"margin": 0.0}, {"others": []}, {"others": ["erm", "irm"]}])
def test_what_cannot_be_asked(results_of, metric, wrong):
    with pytest.raises(ValueError, match=r"above zero|must name other levels than erm"):
        outcome(results_of, metric, [0.7, 0.7, 0.7], **{"margin": 0.01} | wrong)
