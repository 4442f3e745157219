import json

import pytest

from heldout.compiler.archive import contents
from heldout.compiler.reproduce.archived import ArchivedPlan, ArchivedTask
from heldout.compiler.reproduce.comparison import (
    STACKED,
    by_stage,
    cells_to_compare,
    other_environment,
    verdicts_beside,
)
from heldout.compiler.reproduce.selection import planned_cells


def record(stacked=False):
    return ArchivedTask("a/b", {}, 1.0, 0, stacked, {})


@pytest.fixture
def tolerances(study, tmp_path):
    def asked(archived, tolerance=0.0):
        cells = list(planned_cells(study))
        found = cells_to_compare(study, cells, ArchivedPlan({}, {}), archived, tmp_path, tolerance)
        return {(one["stage"], one["task"]): one["tolerance"] for one in found}

    return asked


def test_a_stage_has_its_own_tolerance_and_the_command_line_raises_it(tolerances):
    by_name = {}
    for (stage, _), tolerance in tolerances({}).items():
        by_name.setdefault(stage, set()).add(tolerance)
    assert by_name == {"digits": {0.0}, "split": {0.0}, "model": {1e-3}, "score": {0.0}}
    assert set(tolerances({}, 0.01).values()) == {0.01}


def test_what_was_stacked_and_what_reads_it_may_differ_by_rounding(study, tolerances):
    model, score = study.expansions["model"], study.expansions["score"]
    first = model.ids[0]
    readers = {t for t, reads in zip(score.ids, score.reads, strict=True) if first in reads}
    found = tolerances({first: record(stacked=True)})
    assert found["model", first] == 1e-3  # its own is larger
    assert {t for (s, t), size in found.items() if s == "score" and size == STACKED} == readers != set()


def test_a_stack_of_the_new_run_counts_too(study, tolerances, tmp_path):
    task = study.expansions["digits"].ids[0]
    (tmp_path / "packs").mkdir()
    line = {"task": task, "operator": "data/digits", "stack": {}, "outputs": {}, "files": {}}
    text = json.dumps(line, separators=(",", ":")) + "\n"
    (tmp_path / "packs" / "a.index.jsonl").write_text(text)
    assert tolerances({})["digits", task] == STACKED


def test_cells_are_counted_by_stage():
    rows = [
        {"stage": "b", "state": "identical", "difference": 0.0},
        {"stage": "b", "state": "within", "difference": 1e-7},
        {"stage": "a", "state": "missing", "difference": None},
    ]
    b, a = by_stage(rows)
    assert (b.name, b.counts, b.difference) == ("b", {"identical": 1, "within": 1}, 1e-7)
    assert (a.name, a.counts, a.difference) == ("a", {"missing": 1}, None)
    assert b.json()["different"] == 0


def test_verdicts_side_by_side(tmp_path):
    old = [
        {"id": "x", "says": "X", "verdict": "supported", "effect": 1.5},
        {"id": "y", "verdict": "undecided"},
    ]
    new = [{"id": "x", "says": "X", "verdict": "undecided", "effect": 0}, {"id": "y", "verdict": "undecided"}]
    for folder, verdicts in ((tmp_path / contents.REPORT, old), (tmp_path / "new", new)):
        folder.mkdir()
        (folder / "verdicts.json").write_text(json.dumps(verdicts))
    x, y = verdicts_beside(tmp_path, tmp_path / "new", None)
    assert (x.archived, x.here, x.same, x.effect_archived, x.effect_here) == (
        "supported",
        "undecided",
        False,
        1.5,
        0.0,
    )
    assert y.same and y.effect_here is None
    assert [one.id for one in verdicts_beside(tmp_path, tmp_path / "new", "y")] == ["y"]


def test_verdicts_that_nobody_wrote(tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "verdicts.json").write_text('[{"id": "x", "verdict": "supported"}, 3]')
    (x,) = verdicts_beside(tmp_path, tmp_path / "new", None)
    assert (x.archived, x.here, x.same) == (None, "supported", False)


def test_what_is_otherwise_in_the_environments():
    then = [{"torch": "2.1", "device": "cpu", "gone": 1}, {"torch": "2.2", "device": "cpu"}]
    assert other_environment(then, [{"torch": "2.3", "device": "cpu"}]) == ["torch 2.1, 2.2 then, 2.3 now"]
