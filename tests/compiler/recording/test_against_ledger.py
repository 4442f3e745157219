import json

import pytest

from heldout.compiler.ledger.entry import ledger_path
from heldout.compiler.recording.against_ledger import against_ledger
from heldout.compiler.recording.record import record_run
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.workspace import Workspace


@pytest.fixture
def recorded(compute, spec) -> Workspace:
    workspace = compute()
    record_run(workspace, spec)
    return workspace


def rewrite(spec, old, new):
    text = ledger_path(spec).read_text()
    assert old in text
    ledger_path(spec).write_text(text.replace(old, new, 1))


def test_the_run_that_was_recorded_is_equal(recorded, spec):
    found = against_ledger(recorded, spec)
    assert (found.equal, found.verdicts, found.cells) == (True, 1, 6)
    assert found.standing.state == "fresh"


def test_another_number_in_the_ledger(recorded, spec):
    rewrite(spec, '"mean": 0.81', '"mean": 0.82')
    (one,) = against_ledger(recorded, spec).differences
    assert (one.id, dict(one.at), one.ledger, one.run) == (
        "accuracy",
        {"held_out": "30", "method": "coral"},
        0.82,
        0.81,
    )
    assert against_ledger(recorded, spec, tolerance=0.02).equal


def test_a_run_of_other_tasks_is_compared_and_said_to_be_one(compute, recorded, spec):
    spec.write_text(spec.read_text().replace("use: train/classifier,", "use: train/classifier, steps: 7,"))
    found = against_ledger(compute(), spec)
    assert (found.equal, found.standing.stages) == (True, ("model", "score"))


def test_what_a_run_lacks_differs(recorded, spec, tmp_path):
    content = json.loads(ledger_path(spec).read_text())
    content["scales"]["full"]["verdicts"][0]["id"] = "gone"
    ledger_path(spec).write_text(json.dumps(content))
    said = [one.words() for one in against_ledger(recorded, spec).differences]
    assert said == ["verdict gone: only in the ledger", "verdict helps: only in the run"]


def test_without_an_entry(compute, spec):
    with pytest.raises(Refusal) as refused:
        against_ledger(compute(), spec)
    assert refused.value.hint == "`heldout record small.yaml` writes it"


def test_an_entry_of_tasks_alone(compute, spec):
    record_run(compute(scale="smoke"), spec, tasks_alone=True)
    with pytest.raises(Refusal, match="has the tasks of this scale alone"):
        against_ledger(Workspace.open(spec, "smoke"), spec)


def test_nothing_was_computed(recorded, spec, tmp_path):
    with pytest.raises(Refusal, match=r"nothing of small[.]yaml has been computed"):
        against_ledger(Workspace.open(spec, store=tmp_path / "empty"), spec)


@pytest.mark.parametrize("tolerance", [-1.0, float("nan")])
def test_what_is_no_tolerance(recorded, spec, tolerance):
    with pytest.raises(Refusal, match="a tolerance is 0 or more"):
        against_ledger(recorded, spec, tolerance)
