import json

import pytest

from heldout.compiler.ledger.entry import ledger_path


@pytest.fixture
def command(compute, heldout):
    """A command in the folder of a small study that has been computed."""
    compute()
    return heldout


def test_a_run_is_recorded_and_then_fresh(command, small_spec):
    answer = command("record", "small.yaml")
    assert (answer.code, answer.err) == (0, "small.results.json: 31 tasks\n")
    assert command("record", "small.yaml").err == "small.results.json: nothing has changed\n"
    answer = command("record", "small.yaml", "--check")
    assert (answer.code, answer.err) == (0, "small.yaml at full: fresh\n")


def test_what_is_stale_or_absent_is_said_with_exit_code_1(command, small_spec):
    answer = command("record", "--check", "small.yaml")
    assert (answer.code, answer.err) == (1, "small.yaml: not recorded yet\n")
    command("record", "small.yaml")
    small_spec.write_text(small_spec.read_text().replace("alpha: 0.5", "alpha: 0.4"))
    answer = command("record", "--check", "small.yaml")
    assert answer.code == 1
    assert answer.err == "small.yaml at full: stale: since then the claim `helps` has changed\n"
    assert json.loads(command("record", "--check", "small.yaml", "--json").out) == [
        {
            "spec": "small.yaml",
            "scale": "full",
            "state": "stale",
            "stages": [],
            "claims": ["helps"],
            "tables": [],
        }
    ]


def test_one_spec_that_is_not_finished_leaves_the_others_alone(command, small_spec, tmp_path):
    (tmp_path / "more").mkdir()
    other = small_spec.read_text().replace("study: small", "study: other").replace("[0, 30]", "[0, 45]")
    (tmp_path / "more" / "other.yaml").write_text(other)
    answer = command("record", "more", "small.yaml")
    assert answer.code == 2
    assert "more/other.yaml is not finished: of 31 tasks 31 are to run" in answer.err
    assert answer.err.endswith("small.results.json: 31 tasks\n")


def test_bad_input_is_refused(command, tmp_path):
    assert command("record", "absent.yaml").code == 2
    (tmp_path / "empty").mkdir()
    assert command("record", "empty").err.startswith("heldout: there is no spec below empty\n")
    ledger_path(tmp_path / "small.yaml").write_text("{")
    answer = command("record", "small.yaml", "--check")
    assert (answer.code, "is no JSON: EOF while parsing" in answer.err) == (2, True)


def test_the_run_and_the_ledger_are_compared(command, tmp_path):
    assert command("compare", "small.yaml", "--ledger").code == 2
    command("record", "small.yaml")
    answer = command("compare", "small.yaml", "--ledger")
    assert (answer.code, answer.out) == (0, "1 verdict, 6 cells of tables: equal\n")
    path = ledger_path(tmp_path / "small.yaml")
    path.write_text(path.read_text().replace('"mean": 0.81', '"mean": 0.8'))
    answer = command("compare", "small.yaml", "--ledger")
    assert answer.code == 1
    assert answer.out.splitlines() == [
        "1 verdict, 6 cells of tables: different in 1 place",
        "  table accuracy (held_out 30, method coral), mean: 0.8 in the ledger, 0.81 in the run",
    ]
    found = json.loads(command("compare", "small.yaml", "--ledger", "--json").out)
    assert (found["equal"], found["ledger"]["state"]) == (False, "fresh")
    assert (found["differences"][0]["ledger"], found["differences"][0]["run"]) == (0.8, 0.81)
    assert command("compare", "small.yaml", "--ledger", "--tolerance", "0.02").code == 0


@pytest.mark.parametrize(
    "arguments",
    [["small.yaml"], ["small.yaml", "small.yaml", "--ledger"], [".", "--ledger"]],
)
def test_what_cannot_be_compared(command, arguments):
    assert command("compare", *arguments).code == 2
