import json
import re

import pytest

from heldout.compiler.ledger.entry import ledger_path
from heldout.compiler.ledger.reader import read_entry, read_ledger
from heldout.compiler.recording.record import record_run
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.origin import remember_spec
from heldout.compiler.run.workspace import Workspace


def test_a_finished_run_is_recorded(compute, spec):
    made = record_run(compute(), spec)
    assert (made.path, made.changed, made.problems) == (ledger_path(spec), True, ())
    entry = read_entry(spec, None)
    assert entry == made.entry
    (verdict,) = entry.verdicts
    assert (verdict.verdict, verdict.effect, verdict.num_units) == ("supported", 0.1, 6)
    (table,) = entry.tables
    cells = {cell.at: cell for cell in table.cells}
    assert cells["coral", "30"].mean == 0.81  # 0.8, 0.81 and 0.82
    assert cells["erm", None].mean == 0.61
    assert list(entry.rests_on.stages) == ["domains", "split", "model", "score"]


def test_it_says_nothing_of_the_machine(compute, spec, tmp_path):
    record_run(compute(), spec)
    text = ledger_path(spec).read_text()
    assert str(tmp_path) not in text and not re.search(r"6\.1\.0|/tmp|/home|/root", text)


def test_the_same_run_gives_the_same_bytes(compute, spec):
    workspace = compute()
    record_run(workspace, spec)
    before = ledger_path(spec).read_bytes()
    assert not record_run(workspace, spec).changed
    assert ledger_path(spec).read_bytes() == before


def test_the_run_is_left_as_it_is(compute, spec, tmp_path):
    record_run(compute(), spec)
    assert not (tmp_path / "results").exists()


def test_entries_of_other_scales_stay(compute, spec):
    record_run(compute(), spec)
    whole = read_entry(spec, None)
    made = record_run(compute(scale="smoke"), spec, tasks_alone=True)
    assert (made.entry.verdicts, made.entry.tables, made.entry.computed.tasks) == (None, None, 11)
    ledger = read_ledger(spec)
    assert ledger.scales == {"full": whole, "smoke": made.entry}
    assert len(json.dumps(json.loads(ledger_path(spec).read_text())["scales"]["smoke"])) < 1500


def test_a_run_that_is_not_whole_is_refused(compute, spec):
    with pytest.raises(Refusal) as refused:
        record_run(compute("score", 5), spec)
    assert refused.value.message == "small.yaml is not finished: of 31 tasks 5 are to run"
    assert refused.value.hint.startswith("`heldout run small.yaml` does")
    assert not ledger_path(spec).exists()


def test_a_run_of_what_the_spec_was_before_is_refused(compute, spec):
    compute()
    spec.write_text(spec.read_text().replace("angles: [0, 30]", "angles: [0, 30, 45]"))
    with pytest.raises(Refusal, match="of 31 tasks 31 are to run"):
        record_run(Workspace.open(spec), spec)


def test_results_of_another_spec_are_refused(compute, spec, tmp_path):
    workspace = compute()
    other = tmp_path / "other.yaml"
    other.write_text(f"# Another.\n{spec.read_text()}")
    workspace.folder.mkdir(parents=True)
    remember_spec(other, workspace.folder)
    with pytest.raises(Refusal, match=r"holds the results of other[.]yaml"):
        record_run(workspace, spec)


def test_failed_tasks_are_refused_until_they_are_accepted(compute, fail, spec):
    workspace = compute("score", 12)
    fail(workspace, "score")
    with pytest.raises(Refusal) as refused:
        record_run(workspace, spec)
    assert refused.value.message.startswith("small.yaml: 12 tasks failed")
    assert "`heldout run small.yaml --retry` tries again" in refused.value.hint
    entry = record_run(workspace, spec, with_failures=True).entry
    assert (entry.computed.tasks, entry.computed.failed) == (19, 12)
    assert (entry.verdicts[0].verdict, entry.verdicts[0].effect) == ("untested", None)
    assert entry.verdicts[0].lost == {"failed": 12}
    assert entry.tables[0].cells[0].missing == 3


def test_a_ledger_that_cannot_be_read_is_not_overwritten(compute, spec):
    ledger_path(spec).write_text("of another program")
    with pytest.raises(Refusal, match="is no JSON"):
        record_run(compute(), spec)
    assert ledger_path(spec).read_text() == "of another program"
