from dataclasses import replace

from heldout.runtime.machine.report.trouble import trouble_groups
from heldout.runtime.results.results import Missing


def test_causes_come_before_consequences_and_repeats_are_counted(results):
    missing = (
        Missing("score", {"seed": 0}, "t0", "blocked", "model seed 0 failed"),
        Missing("score", {"seed": 1}, "t1", "blocked", "model seed 1 failed"),
        Missing("score", {"seed": 2}, "t2", "not run", ""),
        Missing("model", {"method": "erm", "seed": 0}, "t3", "failed", "ValueError: nan"),
        Missing("model", {"method": "erm", "seed": 1}, "t4", "failed", "ValueError: nan"),
        Missing("model", {"method": "erm", "seed": 2}, "t5", "failed", "out of memory"),
    )
    groups = trouble_groups(replace(results, missing=missing))
    assert [(group.reason, group.stage, group.message, group.cells) for group in groups] == [
        ("failed", "model", "ValueError: nan", 2),
        ("failed", "model", "out of memory", 1),
        ("not run", "score", "", 1),
        ("blocked", "score", "model seed 0 failed", 2),
    ]
    assert groups[0].example == "method erm, seed 0"


def test_nothing_is_missing(results):
    assert trouble_groups(results) == ()


def test_names_of_tasks_are_short(results):
    lost = Missing("score", {"seed": 0}, "t", "blocked", f"model: output model of task {'ab' * 32}")
    (group,) = trouble_groups(replace(results, missing=(lost,)))
    assert group.message == "model: output model of task abababababab…"
