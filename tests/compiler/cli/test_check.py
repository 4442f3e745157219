import json
from pathlib import Path

import pytest


def test_a_good_spec_is_checked_at_every_scale(heldout, spec):
    answer = heldout("check", "my-study.yaml")
    assert answer.code == 0
    assert answer.out == ""
    # 1 data set, 3 x 5 splits, 3 x 2 x 5 models and their scores.
    assert answer.err == "my-study.yaml: fine, 91 tasks\nmy-study.yaml at smoke: fine, 91 tasks\n"


def test_mistakes_are_drawn_on_standard_error(heldout, change):
    change("${method}", "${methd}")
    answer = heldout("check", "my-study.yaml")
    assert answer.code == 2
    assert answer.out == ""
    assert "error[unknown-reference]" in answer.err
    assert "`heldout explain unknown-reference` says more" in answer.err


def test_json_is_all_there_is_on_standard_output(heldout, change):
    change("${method}", "${methd}")
    answer = heldout("check", "my-study.yaml", "--json")
    assert answer.code == 2
    (mistake,) = json.loads(answer.out)
    assert (mistake["code"], mistake["file"], mistake["line"]) == ("unknown-reference", "my-study.yaml", 30)
    assert answer.err == ""


@pytest.mark.parametrize("command", ["plan", "run", "status", "logs", "lock"])
def test_every_command_tells_mistakes_as_json(heldout, change, command):
    change("${method}", "${methd}")
    answer = heldout(command, "my-study.yaml", "--json")
    assert answer.code == 2
    assert json.loads(answer.out)[0]["code"] == "unknown-reference"
    assert answer.err == ""


def test_a_mistake_of_one_scale_is_found(heldout, change):
    change("model: {steps: 20}", "model: {steps: none}")
    answer = heldout("check", "my-study.yaml")
    assert answer.code == 2
    assert answer.err.startswith("my-study.yaml: fine")
    assert "wrong-value" in answer.err
    assert heldout("plan", "my-study.yaml").code == 0


def test_a_spec_that_is_not_there_does_not_hide_the_others(heldout, spec, tmp_path):
    (tmp_path / "bad.yaml").write_text("heldout: 1\n")
    answer = heldout("check", "missing.yaml", str(tmp_path), "bad.yaml", "my-study.yaml", "--json")
    assert answer.code == 2
    files = {mistake["file"] for mistake in json.loads(answer.out)}
    assert files == {"bad.yaml", (tmp_path / "bad.yaml").as_posix()}, "by its name, and in the folder"
    assert "there is no file missing.yaml\nthere is bad.yaml, my-study.yaml\n" in answer.err


def test_a_first_study_is_proposed_where_there_is_none(heldout):
    assert "`heldout new my-study.yaml`" in heldout("run", "missing.yaml").err


def test_a_spec_that_cannot_be_read(heldout, spec, monkeypatch):
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("heldout.compiler.run.source._bytes_of", refuse)
    answer = heldout("check", "my-study.yaml")
    assert (answer.code, answer.err) == (2, "heldout: my-study.yaml cannot be read: Permission denied\n")


def test_an_unknown_scale_names_those_there_are(heldout, spec):
    answer = heldout("check", "my-study.yaml", "--scale", "smok")
    assert answer.code == 2
    assert "unknown-scale" in answer.err
    assert "smoke" in answer.err


@pytest.mark.slow
def test_a_former_name_is_no_mistake_and_the_present_one_is_told(heldout, tmp_path: Path):
    (tmp_path / "mine.py").write_text("""
from typing import Annotated
from heldout.runtime.artifacts import Table
from heldout.runtime.component import Choice, component
from heldout.runtime.operator import Metrics, operator

@component(kind="colours", formerly="cyan")
def blue(): ...

@operator(formerly="mine/constant")
def number(
    *, value: float, colour: Annotated[str | dict, Choice("colours")] = "blue"
) -> Annotated[Table, Metrics("value")]:
    return Table.of({"value": value})
""")
    spec = tmp_path / "study.yaml"
    spec.write_text("""heldout: 1
study: old
operators: [mine.py]
stages:
  a: {use: mine/constant, value: 0.5, colour: cyan}
scales:
  smoke: {}
""")
    answer = heldout("check", "study.yaml")
    assert answer.code == 0
    assert answer.err.splitlines()[2:] == [
        "study.yaml:5:12: warning[former-name]: `mine/constant` is called `mine/number` now",
        "5 |   a: {use: mine/constant, value: 0.5, colour: cyan}",
        "               ^^^^^^^^^^^^^ write `mine/number`",
        "",
        "study.yaml:5:47: warning[former-name]: `cyan` is called `blue` now",
        "5 |   a: {use: mine/constant, value: 0.5, colour: cyan}",
        "                                                  ^^^^ write `blue`",
        "2 warnings; `heldout explain former-name` says more",
    ]
    told = json.loads(heldout("check", "study.yaml", "--json").out)
    assert [(one["severity"], one["code"]) for one in told] == [("warning", "former-name")] * 2
    assert heldout("check", "study.yaml", "--strict").code == 2
    assert "2 warnings: `heldout check study.yaml` shows them" in heldout("plan", "study.yaml").err
    old = heldout("plan", "study.yaml", "--json")
    spec.write_text(spec.read_text().replace("constant", "number").replace("cyan", "blue"))
    assert (
        heldout("check", "study.yaml").err == "study.yaml: fine, 1 task\nstudy.yaml at smoke: fine, 1 task\n"
    )
    assert (old.code, old.out) == (0, heldout("plan", "study.yaml", "--json").out)


@pytest.mark.slow
def test_a_former_name_that_another_has_now_is_a_mistake_in_the_file(heldout, tmp_path: Path):
    (tmp_path / "mine.py").write_text("""
from heldout.runtime.artifacts import Table
from heldout.runtime.operator import operator

@operator(formerly="data/rotated-digits")
def number(*, value: float) -> Table: ...
""")
    (tmp_path / "study.yaml").write_text(
        "heldout: 1\nstudy: a\noperators: [mine.py]\nstages:\n  a: {use: mine/number, value: 1}\n"
    )
    (mistake,) = json.loads(heldout("check", "study.yaml", "--json").out)
    assert mistake["code"] == "operator-file"
    assert "formerly 'data/rotated-digits', which is the name of another one now" in mistake["message"]
