"""Commands that take many specs: answers are lists, one that is wrong leaves the others alone."""

import json

import pytest

BAD = "heldout: 1\nstudy: bad\nstages:\n  a: {use: data/nowhere}\n"


@pytest.fixture
def specs(tmp_path, spec):
    """A folder with two good specs and one that is wrong."""
    folder = tmp_path / "specs"
    folder.mkdir()
    text = (tmp_path / "my-study.yaml").read_text()
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(text.replace("study: my-study", f"study: {name}"))
    (folder / "wrong.yaml").write_text(BAD)
    return folder


def test_plan_has_a_line_for_each_and_counts_what_they_share_once(heldout, specs):
    answer = heldout("plan", "specs", "--scale", "smoke")
    assert answer.code == 2, "one of them is wrong"
    lines = [line.split() for line in answer.out.splitlines()]
    assert [line[:2] for line in lines[1:]] == [["one", "91"], ["two", "91"]]
    assert "2 studies, 91 tasks, 0 in the store, 91 more are shared" in answer.err
    assert "error[unknown-scale]" in answer.err or "wrong.yaml" in answer.err


def test_json_is_a_list_with_what_was_refused_at_its_end(heldout, specs):
    answer = heldout("plan", "specs", "--json")
    one, two, wrong = json.loads(answer.out)
    assert (one["study"], two["study"], one["total"]["tasks"]) == ("one", "two", 91)
    assert wrong["spec"] == "specs/wrong.yaml"
    assert wrong["refused"][0]["code"] == "unknown-operator"
    (specs / "wrong.yaml").unlink()
    (specs / "two.yaml").unlink()
    answer = heldout("status", "specs", "--json")
    assert (answer.code, [one["study"] for one in json.loads(answer.out)]) == (0, ["one"])
    assert json.loads(heldout("status", "specs/one.yaml", "--json").out)["study"] == "one"


def test_status_has_a_line_for_each(heldout, specs):
    answer = heldout("status", "specs/one.yaml", "specs/two.yaml")
    rows = [line.split() for line in answer.out.splitlines()[1:]]
    assert [(row[0], row[1], row[2]) for row in rows] == [("one", "91", "0"), ("two", "91", "0")]
    assert answer.code == 0


def test_check_looks_into_folders(heldout, specs):
    answer = heldout("check", "specs")
    assert answer.code == 2
    assert answer.err.count(": fine, 91 tasks") == 4, "two specs at two scales"
    assert "unknown-operator" in answer.err


def test_logs_of_a_stage_and_of_many(heldout, specs):
    assert heldout("logs", "specs/one.yaml", "model").code == 0
    assert "no stage `modle`" in heldout("logs", "specs/one.yaml", "modle").err
    answer = heldout("logs", "specs/one.yaml", "specs/two.yaml", "--json")
    assert json.loads(answer.out) == [{"study": "one", "failed": []}, {"study": "two", "failed": []}]


def test_what_is_no_spec_is_told_before_anything_runs(heldout, specs, tmp_path):
    answer = heldout("run", "specs/one.yaml", "model.steps=10")
    assert answer.code == 2
    assert "there is no place for `model.steps=10`" in answer.err
    (specs / "empty").mkdir()
    assert "there is no spec below specs/empty" in heldout("run", "specs/empty").err
    assert not (tmp_path / "results").exists()
