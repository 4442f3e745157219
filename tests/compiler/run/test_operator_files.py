import json
import subprocess
from pathlib import Path

import pytest

from heldout.compiler.catalog import catalog_path

STUDY = """\
heldout: 1
study: own
operators: [my_operators.py]
stages:
  a: {use: my-operators/constant, value: 0.5}
"""
OPERATORS = """\
from typing import Annotated
from heldout.runtime.artifacts import Table
from heldout.runtime.operator import Metrics, operator

print("noise on standard output")

@operator
def constant(*, value: float) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number.

    Args:
        value: the number.
    \"\"\"
    return Table.of({"value": value})
"""


@pytest.fixture
def folder(heldout, tmp_path: Path) -> Path:
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def only_mistake(answer) -> dict[str, str]:
    assert answer.code == 2
    assert answer.err == ""
    (mistake,) = json.loads(answer.out)
    assert (mistake["line"], mistake["column"]) == (3, 13)
    return mistake


def test_operators_of_ones_own_are_known_and_read_once(heldout, folder, monkeypatch):
    (folder / "my_operators.py").write_text(OPERATORS)
    answer = heldout("check", "study.yaml")
    assert (answer.code, answer.err) == (0, "study.yaml: fine, 1 task\n")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the file is read again")

    monkeypatch.setattr(subprocess, "run", refuse)
    assert heldout("check", "study.yaml").code == 0


def test_a_damaged_copy_of_the_catalog_is_made_again(heldout, folder, monkeypatch):
    (folder / "my_operators.py").write_text(OPERATORS)
    known = json.loads(catalog_path().read_bytes())
    known["operators"]["my-operators/constant"] = known["operators"]["measure/mean"]

    def write(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        Path(command[command.index("--output") + 1]).write_text(json.dumps(known))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", write)
    heldout("check", "study.yaml")
    (kept,) = (folder / ".heldout" / "catalogs").iterdir()
    kept.write_text("{")
    heldout("check", "study.yaml")
    assert json.loads(kept.read_text()) == known


def test_a_file_that_cannot_be_read_is_a_mistake_with_a_place(heldout, folder):
    hintless = "from heldout.runtime.operator import operator\n@operator\ndef constant(value): ...\n"
    (folder / "my_operators.py").write_text(hintless)
    mistake = only_mistake(heldout("check", "study.yaml", "--json"))
    assert mistake["code"] == "operator-file"
    assert "parameter value: it has no type hint" in mistake["message"]


@pytest.mark.parametrize(
    ("code", "written", "message"),
    [
        (2, "a warning\nerror: my_operators.py cannot be imported\n", "my_operators.py cannot be imported"),
        (3, "", "reading my_operators.py ended Python with exit code 3"),
        (-9, "some\nlast words", "reading my_operators.py ended Python with exit code -9: last words"),
    ],
)
def test_the_last_words_of_the_runtime_are_told(heldout, folder, monkeypatch, code, written, message):
    (folder / "my_operators.py").write_text(OPERATORS)
    ended = subprocess.CompletedProcess([], code, "", written)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    assert only_mistake(heldout("check", "study.yaml", "--json"))["message"] == message


def test_a_missing_file_and_a_link_are_refused(heldout, folder):
    assert only_mistake(heldout("plan", "study.yaml", "--json"))["code"] == "missing-file"
    (folder / "elsewhere.py").write_text(OPERATORS)
    (folder / "my_operators.py").symlink_to("elsewhere.py")
    mistake = only_mistake(heldout("check", "study.yaml", "--json"))
    assert (mistake["code"], "no link" in mistake["hint"]) == ("missing-file", True)


@pytest.mark.parametrize("path", ["../x.py", "sub/../x.py", "/etc/passwd", ".", "x.txt", '""', "3"])
def test_a_path_that_is_none_beside_the_spec_is_refused(heldout, folder, path):
    (folder / "study.yaml").write_text(STUDY.replace("my_operators.py", path))
    assert only_mistake(heldout("check", "study.yaml", "--json"))["code"] in ("unsafe-path", "wrong-type")
