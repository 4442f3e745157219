import json
import subprocess
from pathlib import Path

import pytest

from heldout.compiler.catalog import catalog_path
from heldout.compiler.compile import Compiled
from heldout.compiler.diagnostics import Diagnostic, Mistakes
from heldout.compiler.run.source import Source

pytestmark = pytest.mark.slow

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


def check(spec: str = "study.yaml") -> Compiled:
    return Source.read(Path(spec)).compile(None)


def task(spec: str = "study.yaml") -> str | None:
    return check(spec).expansions["a"].ids[0]


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


def with_import(code: str, value: str) -> str:
    """The operators' file with an import, and with another value of its operator."""
    return OPERATORS.replace("@operator", f"{code}\n\n@operator", 1).replace(": value}", f": {value}}}")


def test_an_edit_of_a_module_that_an_operator_reaches_makes_its_tasks_new(folder):
    train = "from my_parts import inner\ndef fit(x): return inner.twice(x)\ndef other(): return 1\n"
    inner = "def twice(x): return 2 * x\n"
    (folder / "my_operators.py").write_text(with_import("import my_train", "my_train.fit(value)"))
    (folder / "my_train.py").write_text(train)
    (folder / "my_parts").mkdir()
    (folder / "my_parts/inner.py").write_text(inner)
    before = task()
    (folder / "my_train.py").write_text(train.replace("return 1", "return 2"))
    (folder / "my_parts/inner.py").write_text(f"# A comment.\n{inner}")
    assert task() == before
    (folder / "my_parts/inner.py").write_text(inner.replace("2", "3"))
    assert task() != before


def test_a_module_that_turns_up_beside_an_operator_file_is_read(folder):
    attempt = "try: from my_fast import fit\nexcept ImportError: fit = float"
    (folder / "my_operators.py").write_text(with_import(attempt, "fit(value)"))
    before = task()
    (folder / "my_fast.py").write_text("def fit(x): return x / 2\n")
    assert task() != before


def test_equal_files_in_two_folders_are_read_with_the_modules_of_each(folder):
    tasks = []
    for name, factor in (("one", 1), ("other", 2)):
        (folder / name).mkdir()
        (folder / name / "study.yaml").write_text(STUDY)
        (folder / name / "my_operators.py").write_text(with_import("import my_train", "my_train.fit(value)"))
        (folder / name / "my_train.py").write_text(f"def fit(x): return {factor} * x")
        tasks.append(task(f"{name}/study.yaml"))
    assert tasks[0] != tasks[1]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import yaml", "imports 'yaml', which is yaml.py beside it and also a module that Python finds"),
        ("import importlib\nimportlib.import_module('my_' + 'hidden')", "No module named 'my_hidden'"),
        ("from .no_such_module import x", "No module named 'heldout_operators_my_operators.no_such_module'"),
        (
            "import sys\nsys.path.append('.')",
            "line 8: what code is brought in here cannot be told by reading",
        ),
    ],
)
def test_modules_that_cannot_be_followed_are_mistakes_with_a_place(folder, code, message):
    (folder / "yaml.py").touch()
    (folder / "my_hidden.py").touch()
    (folder / "my_operators.py").write_text(with_import(code, "value"))
    mistake = only_mistake()
    assert mistake.code == "operator-file"
    assert message in mistake.message


@pytest.mark.parametrize("path", ["../x.py", "sub/../x.py", "/etc/passwd", ".", "x.txt", '""', "3"])
def test_a_path_that_is_none_beside_the_spec_is_refused(folder, path):
    (folder / "study.yaml").write_text(STUDY.replace("my_operators.py", path))
    assert only_mistake().code in ("unsafe-path", "wrong-type")


def test_a_file_that_nobody_wrote_is_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(STUDY)
    with Path("my_operators.py").open("wb") as file:
        file.truncate(3_000_000_000)  # sparse
    with pytest.raises(Mistakes) as mistakes:
        Source.read(Path("own.yaml")).compile(None)
    (found,) = mistakes.value.found
    assert (found.code, found.span.line) == ("operator-file", 3)
    assert "2,000,000 bytes" in found.message
