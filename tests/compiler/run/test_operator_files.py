import json
import subprocess
from pathlib import Path

import pytest

from heldout.compiler.catalog import catalog_path
from heldout.compiler.compile import Compiled
from heldout.compiler.diagnostics import Diagnostic, Mistakes
from heldout.compiler.run.source import Source

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
OPERATOR = {
    "parameters": {"value": {"schema": {"type": "number"}, "required": True}},
    "outputs": {"table": {"kind": "Table", "metrics": ["value"]}},
    "first": "table",
    "digest": "sha256:0",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def check() -> Compiled:
    return Source.read(Path("study.yaml")).compile(None)


def only_mistake() -> Diagnostic:
    with pytest.raises(Mistakes) as raised:
        check()
    (mistake,) = raised.value.found
    assert (mistake.span.line, mistake.span.column) == (3, 13)
    return mistake


def test_operators_of_ones_own_are_known_and_read_once(folder, monkeypatch):
    (folder / "my_operators.py").write_text(OPERATORS)
    assert check().plan.tasks == 1

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the file is read again")

    monkeypatch.setattr(subprocess, "run", refuse)
    assert check().plan.tasks == 1


def test_a_damaged_copy_of_the_catalog_is_made_again(folder, monkeypatch):
    (folder / "my_operators.py").write_text(OPERATORS)
    known = json.loads(catalog_path().read_bytes())
    known["operators"]["my-operators/constant"] = OPERATOR

    def write(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        Path(command[command.index("--output") + 1]).write_text(json.dumps(known))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", write)
    assert "my-operators/constant" in check().catalog.operators
    (kept,) = (folder / ".heldout" / "catalogs").iterdir()
    kept.write_text("{")
    assert "my-operators/constant" in check().catalog.operators
    assert json.loads(kept.read_text()) == known


def test_a_file_that_cannot_be_read_is_a_mistake_with_a_place(folder):
    hintless = "from heldout.runtime.operator import operator\n@operator\ndef constant(value): ...\n"
    (folder / "my_operators.py").write_text(hintless)
    mistake = only_mistake()
    assert mistake.code == "operator-file"
    assert "parameter value: it has no type hint" in mistake.message


@pytest.mark.parametrize(
    ("code", "written", "message"),
    [
        (2, "a warning\nerror: my_operators.py cannot be imported\n", "my_operators.py cannot be imported"),
        (3, "", "reading my_operators.py ended Python with exit code 3"),
        (-9, "some\nlast words", "reading my_operators.py ended Python with exit code -9: last words"),
    ],
)
def test_the_last_words_of_the_runtime_are_told(folder, monkeypatch, code, written, message):
    (folder / "my_operators.py").write_text(OPERATORS)
    ended = subprocess.CompletedProcess([], code, "", written)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    assert only_mistake().message == message


def test_a_missing_file_and_a_link_are_refused(folder):
    assert only_mistake().code == "missing-file"
    (folder / "elsewhere.py").write_text(OPERATORS)
    (folder / "my_operators.py").symlink_to("elsewhere.py")
    mistake = only_mistake()
    assert (mistake.code, "no link" in mistake.hint) == ("missing-file", True)


@pytest.mark.parametrize("path", ["../x.py", "sub/../x.py", "/etc/passwd", ".", "x.txt", '""', "3"])
def test_a_path_that_is_none_beside_the_spec_is_refused(folder, path):
    (folder / "study.yaml").write_text(STUDY.replace("my_operators.py", path))
    assert only_mistake().code in ("unsafe-path", "wrong-type")
