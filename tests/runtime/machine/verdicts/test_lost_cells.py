from dataclasses import replace

import numpy as np

from heldout.runtime.machine.verdicts.lost_cells import lost_cells, lost_words
from heldout.runtime.machine.verdicts.verdicts import judge
from heldout.runtime.results.results import Lack, Missing

LEVELS = {"method": ["erm", "mixup", "coral"], "seed": [0, 1, 2, 3, 4, 5]}


def lost(method, seed, reason, stage="score"):
    return Missing(stage, {"method": method, "seed": seed}, "task", reason, "")


MISSING = (
    lost("erm", 0, "failed"),
    lost("coral", 0, "blocked"),
    lost("coral", 1, "failed"),
    lost("mixup", 2, "failed"),  # a level that the claim does not compare
    lost("erm", 3, "failed", stage="other"),
    lost("erm", 5, "not run"),  # outside of where
)


def claim(metric, **more):
    parameters = {
        "metric": metric,
        "axis": "method",
        "greater": "coral",
        "less": "erm",
        "pair": ["seed"],
        "where": {"seed": [0, 1, 2, 3, 4]},
    } | more
    return {"id": "up", "says": "…", "kind": "compare", "parameters": parameters}


def test_cells_that_the_claim_reads_are_counted_by_reason(results_of, metric):
    results = replace(results_of(LEVELS, np.ones((3, 6))), missing=MISSING)
    assert lost_cells(claim(metric), results) == {"blocked": 1, "failed": 2}


def test_a_level_among_all_is_not_the_only_one_that_is_read(results_of, metric):
    results = replace(results_of(LEVELS, np.ones((3, 6))), missing=MISSING)
    off = {"metric": metric, "against": metric, "axis": "method", "of": "residual", "level": "erm"}
    off |= {"above": 0.0, "pair": ["seed"], "where": {"seed": [0, 1, 2]}}
    found = lost_cells({"id": "off", "says": "…", "kind": "regress", "parameters": off}, results)
    assert found == {"blocked": 1, "failed": 3}


def test_a_verdict_says_how_many(results_of, metric):
    values = np.array([[0.5], [0.5], [0.6]]) + 0.001 * np.arange(18).reshape(3, 6)
    values[0, 0] = values[2, 0] = values[2, 1] = np.nan
    results = replace(results_of(LEVELS, values), missing=MISSING)
    (blocked,) = judge([claim(metric)], results)
    assert blocked.outcome.lost == {"blocked": 1, "failed": 2}
    assert blocked.outcome.method.endswith(
        "Of the results that it rests on 3 are missing: 1 blocked, 2 failed."
    )
    assert blocked.word == "untested"
    (dropped,) = judge([claim(metric, missing="drop")], results)
    assert dropped.outcome.lost == blocked.outcome.lost
    assert len(dropped.outcome.observations) == 3


def test_members_of_what_it_reads_count_once_each(results_of, metric):
    # Every result of ERM was gathered without the same failed task, that of seed 5 without another.
    partial = {cell: frozenset({Lack("t" * 64, "failed")}) for cell in range(6)}
    partial[5] |= {Lack("u" * 64, "not run")}
    partial[6] = frozenset({Lack("v" * 64, "failed")})  # Mixup's, which the claim does not read
    results = replace(results_of(LEVELS, np.ones((3, 6))), partial={"score": partial})
    assert lost_cells(claim(metric), results) == {"failed": 1}
    assert lost_cells(claim(metric, where={}), results) == {"failed": 1, "not run": 1}


def test_what_lacks_members_blocks_counts_against_or_is_taken_as_it_is(results_of, metric):
    values = np.array([[0.5], [0.5], [0.6]]) + 0.001 * np.arange(18).reshape(3, 6)
    partial = {"score": {0: frozenset({Lack("t" * 64, "failed")})}}
    results = replace(results_of(LEVELS, values), partial=partial)

    def verdict(rule):
        (found,) = judge([claim(metric, missing=rule, where={})], results)
        assert found.outcome.lost == {"failed": 1}
        return found

    assert verdict("block").outcome.untested == "1 of 6 observations are missing (seed 0)"
    assert verdict("drop").outcome.p_claimed == 2**-6
    against = verdict("against").outcome
    assert against.missing == ("seed 0",)
    assert against.p_claimed > 2**-6


def test_a_metric_that_is_not_finite_counts_for_its_own_claims(results_of, metric):
    missing = (lost("erm", 0, "not finite")._replace(metric="accuracy"),)
    missing += (lost("erm", 1, "not finite")._replace(metric="nll"),)
    results = replace(results_of(LEVELS, np.ones((3, 6))), missing=missing)
    assert lost_cells(claim(metric), results) == {"not finite": 1}


def test_nothing_lost_is_not_mentioned():
    assert lost_words({}) == ""
    assert lost_words({"failed": 1}) == "Of the results that it rests on 1 is missing: 1 failed."


def test_groups_without_a_number_count_for_claims_on_them_alone(results_of, metric):
    at = {"method": "coral", "seed": 0}
    own = [
        Missing("score", at | {"group": group}, "task", "not finite", "", "accuracy") for group in (12, 24)
    ]
    results = replace(results_of(LEVELS, np.ones((3, 6))), missing=tuple(own))
    by_group = metric | {"along": ["group"]}
    where = {"seed": [0, 1, 2, 3, 4]}
    assert lost_cells(claim(metric), results) == {}
    assert lost_cells(claim(by_group), results) == {"not finite": 2}
    assert lost_cells(claim(by_group, where=where | {"group": ["12"]}), results) == {"not finite": 1}
