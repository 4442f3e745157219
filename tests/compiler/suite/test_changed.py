"""`--changed`: what the store or the ledger has is not run."""

from pathlib import Path

import pytest

from heldout.compiler.recording.record import record_run
from heldout.compiler.run.study import Request
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.suite.changed import only_changed
from heldout.compiler.suite.open import open_suite
from heldout.compiler.suite.run import run_suite

pytestmark = pytest.mark.slow


def names(opened):
    return [workspace.compiled.study.name for workspace in opened.workspaces]


def test_what_the_store_or_the_ledger_has_is_left_out(folder):
    specs = folder.write({"one": [1], "two": [2]})
    new, same = only_changed(open_suite(specs))
    assert (names(new), same) == (["one", "two"], 0)
    run_suite(open_suite(specs[:1]), Request(cores=1))
    new, same = only_changed(open_suite(specs))
    assert (names(new), same) == (["two"], 1)
    # On another machine the store is empty, and the ledger says what was computed.
    record_run(Workspace.open(specs[0]), specs[0])
    elsewhere = open_suite(specs, store=Path("elsewhere"))
    assert names(only_changed(elsewhere)[0]) == ["two"]
    folder.write({"one": [1, 3]})
    assert names(only_changed(open_suite(specs, store=Path("elsewhere")))[0]) == ["one", "two"]


def test_a_ledger_that_cannot_be_read_refuses_its_study_alone(folder):
    specs = folder.write({"one": [1], "two": [2]})
    Path("one.results.json").write_text("{")
    new, _ = only_changed(open_suite(specs))
    assert names(new) == ["two"]
    assert list(new.refused) == [Path("one.yaml")]
