import numpy as np

from heldout.runtime.components.claims.contract import Observed
from heldout.runtime.components.claims.toy import toy
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis

METRIC = {"stage": "score", "port": "table", "metric": "gain"}


def outcome(*values):
    stage = whole_stage("score", (Axis("seed", tuple(range(len(values)))),))
    results = rehearsed({"score": stage}, {("score", "table", "gain"): np.array(values)})
    return toy(results, design=Observed(metric=METRIC, pair=["seed"]))


def test_three_of_three_are_one_case_in_eight_and_two_are_none():
    assert (outcome(0.1, 0.2, 0.3).p_claimed, outcome(0.1, -0.2, 0.3).p_claimed) == (1 / 8, 1.0)
