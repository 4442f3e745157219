from dataclasses import replace

import numpy as np
import pytest

from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.machine.verdicts.verdicts import Word, judge, verdict_word
from heldout.runtime.results.results import Missing

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


METHODS = {"domain": list(range(6)), "seed": [0, 1], "method": ["a", "b", "c"], "size": [1.0, 2.0, 4.0, 8.0]}


def of_every_kind(metric, test, sides):
    """Claims of each kind that has an interval dual to its test."""
    shared = {"metric": metric, "pair": ["domain", "seed"], "cluster": "domain", "test": test}
    one, two = shared | {"sides": sides}, shared | {"axis": "method"}
    both = two | {"sides": sides}
    in_each = {"pair": ["seed"], "over": "domain", "cluster": None}
    listed = [
        ("compare", both | {"greater": "b", "less": "a", "margin": 0.05}),
        ("compare", both | {"greater": "c", "less": "a"}),
        ("highest", both | {"level": "c", "than": ["a", "b"]}),
        ("order", both | {"levels": ["a", "b", "c"]}),
        ("threshold", one | {"above": 0.5}),
        ("threshold", one | {"below": 0.4}),
        ("equivalent", two | {"level": "b", "reference": "a", "margin": 0.3}),
        ("at-chance", shared | {"chance": 0.5, "margin": 0.3}),
        ("trend", one | {"axis": "size", "direction": "decreasing"}),
        ("fit", one | {"axis": "size", "curve": "log-linear", "above": -0.3, "below": 0.3}),
        ("fit", one | {"axis": "size", "curve": "inverted-u", "scale": "log"}),
        ("lowest", both | {"level": "a", "than": ["b", "c"]}),
        ("no-winner", both | {"reference": "a", "others": ["b", "c"], "margin": 0.1}),
        ("within", two | {"level": "b", "reference": "a", "above": -0.1, "below": 0.4}),
        ("compare", one | {"greater": {"method": "b", "size": 4.0}, "less": {"method": "a", "size": 1.0}}),
        ("wins", both | in_each | {"greater": "b", "less": "a", "count": 4}),
        ("wins", both | in_each | {"greater": "c", "less": "a", "share": 0.5}),
    ]
    return [
        {"id": f"c{n}", "says": "…", "kind": kind, "parameters": parameters}
        for n, (kind, parameters) in enumerate(listed)
    ]


@pytest.mark.parametrize("sides", ["one", "two"])
@pytest.mark.parametrize("test", ["t", "sign-flip"])
def test_the_interval_that_decides_says_what_the_verdict_says(results_of, metric, test, sides):
    # Of each kind, alone and beside the others; effects and noise such that all verdicts come up.
    seen = set()
    for draw in range(12):
        rng = np.random.default_rng(draw)
        effects = rng.normal(scale=0.4, size=3)[:, None] + rng.normal(scale=0.1) * np.arange(4.0)
        noise = rng.normal(size=(6, 1, 3, 4)) + rng.normal(size=(6, 2, 3, 4))
        results = results_of(METHODS, 0.5 + effects + 10 ** rng.uniform(-2, -0.5) * noise)
        claims = of_every_kind(metric, test, sides)
        for listed in (claims, claims[:2], *([one] for one in claims)):
            for verdict in judge(listed, results):
                seen.add(verdict.word)
                outcome, (low, high) = verdict.outcome, verdict.interval
                if outcome.direction == 0:
                    edges = {"c6": (-0.3, 0.3), "c7": (0.2, 0.8), "c9": (-0.3, 0.3), "c13": (-0.1, 0.4)}
                    edges = edges[verdict.id]
                    supported = edges[0] < low and high < edges[1]
                    contradicted = high < edges[0] or low > edges[1]
                else:
                    above, below = low > outcome.null, high < outcome.null
                    supported, contradicted = (above, below) if outcome.direction > 0 else (below, above)
                assert (verdict.word is Word.SUPPORTED) == supported, (verdict, low, high)
                assert (verdict.word is Word.CONTRADICTED) == contradicted, (verdict, low, high)
    assert seen == {Word.SUPPORTED, Word.CONTRADICTED, Word.UNDECIDED}


@pytest.mark.parametrize("test", ["t", "sign-flip"])
def test_the_interval_of_a_ratio_says_what_its_verdict_says(results_of, metric, test):
    shared = {"metric": metric, "pair": ["seed"], "axis": "method", "test": test}
    parameters = shared | {"greater": "coral", "less": "erm", "margin": 0.1}
    seen = set()
    for draw in range(30):
        rng = np.random.default_rng(draw)
        gain = rng.choice([-0.2, 0.15, 0.4])
        values = np.exp(np.array([0.0, np.log1p(gain)]) + rng.normal(scale=0.1, size=(8, 2)))
        claim = {"id": "r", "says": "…", "kind": "ratio", "parameters": parameters}
        (verdict,) = judge([claim], results_of(LEVELS, values))
        low, high = verdict.interval
        seen.add(verdict.word)
        assert (verdict.word is Word.SUPPORTED) == (low > verdict.outcome.null)
        assert (verdict.word is Word.CONTRADICTED) == (high < verdict.outcome.null)
    assert seen == {Word.SUPPORTED, Word.CONTRADICTED, Word.UNDECIDED}


def test_an_interval_of_one_claim_and_that_of_its_verdict(results_of, metric):
    # Alone, six seeds that differ by 0.004 to 0.026 leave out zero at 0.05; beside four other claims the
    # verdict is undecided, and so says the interval at the level that it was decided at.
    values = np.column_stack([np.zeros(6), [0.001, 0.012, 0.018, 0.02, 0.026, 0.03]])
    results = results_of({"seed": list(range(6)), "method": ["erm", "coral"]}, values)
    other = {
        "id": "o",
        "says": "…",
        "kind": "threshold",
        "parameters": {"metric": metric, "pair": ["seed"], "above": 9.0},
    }
    verdict = judge([claims(metric)[0], *(other | {"id": f"o{n}"} for n in range(4))], results)[0]
    assert verdict.outcome.interval[0] > 0
    assert verdict.word is Word.UNDECIDED
    assert verdict.level_claimed == pytest.approx(0.05 / 5)
    assert verdict.interval[0] == -np.inf  # 1/64 is above 0.01: no data of six units could decide


def test_a_claim_of_several_tests_counts_once_and_as_its_least_certain_one(results_of, metric):
    # Eight seeds: all differences are up (1/256), and coral lies above 0.6 in seven and at it in one: of 256
    # patterns the one that flips this tie is as large as what was seen.
    values = np.column_stack([np.full(8, 0.5), 0.6 + 0.01 * np.arange(8)])
    single, _ = claims(metric)
    above = {"metric": metric, "pair": ["seed"], "where": {"method": "coral"}, "above": 0.6}
    parts = [
        {"kind": "compare", "parameters": single["parameters"]},
        {"kind": "threshold", "parameters": above},
    ]
    both = {"id": "both", "says": "…", "kind": "all", "parameters": {}, "all": parts}
    alone, whole = judge([single, both], results_of(LEVELS, values))
    assert (whole.word, whole.num_claims) == (Word.SUPPORTED, 2)
    assert whole.outcome.p_claimed == 2 / 256
    assert whole.p_claimed == 2 / 256  # Holm: the other claim is the smaller of two
    assert alone.p_claimed == 2 / 256
    assert [(one.id, one.kind, one.word) for one in whole.parts] == [
        ("both.1", "compare", Word.SUPPORTED),
        ("both.2", "threshold", Word.SUPPORTED),
    ]
    assert whole.level_claimed == 0.05 and {one.level_claimed for one in whole.parts} == {0.05}


def test_one_test_that_is_reversed_contradicts_the_whole(results_of, metric):
    values = np.column_stack([np.full(8, 0.5), 0.6 + 0.01 * np.arange(8)])
    up, down = claims(metric)
    parts = [{"kind": "compare", "parameters": one["parameters"]} for one in (up, down)]
    (whole,) = judge(
        [{"id": "both", "says": "…", "kind": "all", "parameters": {}, "all": parts}],
        results_of(LEVELS, values),
    )
    assert whole.word is Word.CONTRADICTED
    assert whole.p_opposite == 2 / 256  # Bonferroni over two tests
    assert [one.word for one in whole.parts] == [Word.SUPPORTED, Word.CONTRADICTED]
    assert whole.parts[1].level_opposite == 0.025
    assert whole.parts[1].p_opposite == 2 / 256


def test_the_whole_says_what_its_tests_say(results_of, metric):
    seen = set()
    for draw in range(40):
        rng = np.random.default_rng(draw)
        values = rng.normal(rng.choice([-0.5, 0.0, 0.5], size=3), 0.3, size=(8, 3))
        pairs = [("b", "a"), ("c", "b"), ("c", "a")]
        shared = {"metric": metric, "axis": "method", "pair": ["seed"], "test": "t"}
        parts = [{"kind": "compare", "parameters": shared | {"greater": g, "less": s}} for g, s in pairs]
        wholes = [
            {"id": f"w{n}", "says": "…", "kind": "all", "parameters": {}, "all": parts[n:] + parts[:n][:1]}
            for n in range(3)
        ]
        results = results_of({"seed": list(range(8)), "method": ["a", "b", "c"]}, values)
        for whole in judge(wholes, results):
            words = {one.word for one in whole.parts}
            seen.add(whole.word)
            assert (whole.word is Word.SUPPORTED) == (words == {Word.SUPPORTED})
            assert (whole.word is Word.CONTRADICTED) == (Word.CONTRADICTED in words)
    assert seen == {Word.SUPPORTED, Word.CONTRADICTED, Word.UNDECIDED}


def test_what_is_lost_is_counted_once_however_many_tests_rest_on_it(results_of, metric):
    values = np.column_stack([np.full(8, 0.5), 0.6 + 0.01 * np.arange(8)])
    up, down = claims(metric)
    parts = [{"kind": "compare", "parameters": one["parameters"]} for one in (up, down)]
    results = replace(
        results_of(LEVELS, values),
        missing=(Missing("score", {"seed": 0, "method": "erm"}, "task0", "failed", "…"),),
    )
    (whole,) = judge([{"id": "both", "says": "…", "kind": "all", "parameters": {}, "all": parts}], results)
    assert whole.outcome.lost == {"failed": 1}
    assert [one.outcome.lost for one in whole.parts] == [{"failed": 1}, {"failed": 1}]


def test_a_claim_at_an_early_look_is_decided_by_what_is_spent_there(results_of, metric):
    # All eight differences are up: p = 1/256, which is 0.0195 where a fifth of alpha is spent.
    values = np.column_stack([np.full(8, 0.5), 0.6 + 0.01 * np.arange(8)])
    results = results_of(LEVELS, values)
    look = {"axis": "seed", "at": [8, 16], "number": 1, "spending": "pocock", "alpha": 0.05}
    (up, _) = claims(metric)

    def at(share):
        parameters = up["parameters"] | {"alpha": 0.05 * share}
        return judge([{**up, "parameters": parameters, "look": look | {"share": share}}], results)[0]

    early = at(0.2)
    assert (early.word, early.outcome.alpha) == (Word.SUPPORTED, 0.05)
    assert early.p_claimed == pytest.approx(5 / 256)
    assert early.outcome.interval[0] == early.interval[0]  # alone, the correction leaves what is spent
    assert early.interval[0] > 0
    earlier = at(0.05)
    assert (earlier.word, earlier.p_claimed) == (Word.UNDECIDED, pytest.approx(20 / 256))
    assert not np.isfinite(earlier.interval[0])  # no p-value of eight units is below 0.0025


def test_tests_of_one_claim_share_its_look(results_of, metric):
    values = np.column_stack([np.full(8, 0.5), 0.6 + 0.01 * np.arange(8)])
    look = {"axis": "seed", "at": [8, 16], "number": 1, "spending": "pocock", "alpha": 0.05, "share": 0.2}
    (up, _) = claims(metric)
    test = {"kind": "compare", "parameters": up["parameters"] | {"alpha": 0.01}}
    both = {"id": "both", "says": "…", "kind": "all", "parameters": {}, "all": [test, test], "look": look}
    (verdict,) = judge([both], results_of(LEVELS, values))
    assert (verdict.word, verdict.p_claimed) == (Word.SUPPORTED, pytest.approx(5 / 256))
    assert [part.word for part in verdict.parts] == [Word.SUPPORTED] * 2
    assert all("Look 1 of 2" in part.outcome.method for part in verdict.parts)
