import numpy as np
import pytest

from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.machine.verdicts.verdicts import Word, judge, verdict_word

LEVELS = {"seed": list(range(8)), "method": ["erm", "coral"]}


@pytest.mark.parametrize(
    ("holds", "p_claimed", "p_opposite", "untested", "word"),
    [
        (True, 0.05, 1.0, "", Word.SUPPORTED),
        (True, 0.051, 1.0, "", Word.UNDECIDED),
        (False, 1.0, 0.05, "", Word.CONTRADICTED),
        (False, 1.0, 0.2, "", Word.UNDECIDED),
        (True, 0.01, 1.0, "3 of 4 observations are missing", Word.UNTESTED),
    ],
)
def test_words(holds, p_claimed, p_opposite, untested, word):
    outcome = Outcome(alpha=0.05, finding="", method="", holds=holds, untested=untested)
    assert verdict_word(outcome, p_claimed, p_opposite) is word


def claims(metric, *more):
    parameters = {"metric": metric, "axis": "method", "pair": ["seed"]}
    forward = {
        "id": "up",
        "says": "…",
        "kind": "compare",
        "parameters": parameters | {"greater": "coral", "less": "erm"},
    }
    backward = {
        "id": "down",
        "says": "…",
        "kind": "compare",
        "parameters": parameters | {"greater": "erm", "less": "coral"},
    }
    return [forward, backward, *more]


def test_claim_and_counterclaim(results_of, metric):
    # All eight differences are up: p = 1/256, times 2 claims.
    values = np.column_stack([np.full(8, 0.5), 0.6 + 0.01 * np.arange(8)])
    up, down = judge(claims(metric), results_of(LEVELS, values))
    assert (up.word, down.word) == (Word.SUPPORTED, Word.CONTRADICTED)
    assert up.p_claimed == down.p_opposite == 2 / 256
    assert up.num_claims == 2


def test_an_untested_claim_still_counts_in_the_family(results_of, metric):
    values = np.column_stack([np.full(8, 0.5), 0.6 + 0.01 * np.arange(8)])
    broken = {
        "id": "broken",
        "says": "…",
        "kind": "threshold",
        "parameters": {"metric": metric, "pair": ["seed"], "alpha": 0.01},
    }
    up, _, third = judge(claims(metric, broken), results_of(LEVELS, values))
    assert third.word is Word.UNTESTED
    assert "above or below one number" in third.outcome.finding
    assert up.p_claimed == 3 / 256


def test_a_test_that_has_gone_as_far_as_it_can(results_of, metric):
    # Five seeds, all up: p = 1/32, times 2 claims is more than 0.05.
    levels = {"seed": list(range(5)), "method": ["erm", "coral"]}
    values = np.column_stack([np.full(5, 0.5), 0.6 + 0.01 * np.arange(5)])
    up, down = judge(claims(metric), results_of(levels, values))
    assert up.word is down.word is Word.UNDECIDED
    assert up.exhausted
    assert down.exhausted
    mixed = judge(claims(metric), results_of(levels, values * np.array([[1, 1]] * 4 + [[1, 0.5]])))
    assert not any(verdict.exhausted for verdict in mixed)
