from dataclasses import replace

import numpy as np

from heldout.runtime.machine.verdicts.lost_cells import lost_cells, lost_words
from heldout.runtime.machine.verdicts.verdicts import judge
from heldout.runtime.results.results import Missing

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


def test_a_verdict_says_how_many(results_of, metric):
    values = np.array([[0.5], [0.5], [0.6]]) + 0.001 * np.arange(18).reshape(3, 6)
    values[0, 0] = values[2, 0] = values[2, 1] = np.nan
    results = replace(results_of(LEVELS, values), missing=MISSING)
    (blocked,) = judge([claim(metric)], results)
    assert blocked.outcome.lost == {"blocked": 1, "failed": 2}
    assert blocked.outcome.method.endswith("3 have no result: 1 blocked, 2 failed.")
    assert blocked.word == "untested"
    (dropped,) = judge([claim(metric, missing="drop")], results)
    assert dropped.outcome.lost == blocked.outcome.lost
    assert len(dropped.outcome.observations) == 3


def test_nothing_lost_is_not_mentioned():
    assert lost_words({}) == ""
    assert lost_words({"failed": 1}) == "Of the cells that it reads 1 has no result: 1 failed."
