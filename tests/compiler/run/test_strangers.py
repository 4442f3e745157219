"""Operator files of others are not read, which would run them, before somebody says that they may run."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from heldout.compiler.cli.application import application
from heldout.compiler.run import strangers
from heldout.compiler.run.source import Source
from heldout.compiler.run.strangers import TRUST, Untrusted

pytestmark = pytest.mark.slow

STUDY = """\
heldout: 1
study: own
operators: [mine.py]
stages:
  a: {use: mine/constant}
"""
OPERATORS = """\
from pathlib import Path
Path(__file__).with_name("ran").touch()
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(TRUST, "")
    folder = tmp_path / "unpacked" / "spec"
    folder.mkdir(parents=True)
    (folder / "mine.py").write_text(OPERATORS)
    (folder / "study.yaml").write_text(STUDY)
    return folder / "study.yaml"


def refused(spec: Path) -> str:
    """Why a spec is not compiled; its operator file has not run."""
    with pytest.raises(Untrusted) as raised:
        Source.read(spec).compile(None)
    assert not spec.with_name("ran").exists()
    assert "--trust-operators" in raised.value.hint
    return raised.value.message


def test_a_file_that_came_out_of_an_archive_is_not_read(spec: Path):
    for name in ("archive.json", "manifest-sha256.txt"):
        (spec.parents[1] / name).write_text("")
    assert "mine.py came out of an archive" in refused(spec)


def test_a_file_of_another_user_is_not_read(spec: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(strangers, "_owner", lambda path: 4_000_000_000 if path.suffix == ".py" else 0)
    assert "mine.py belongs to another user (uid 4000000000)" in refused(spec)


def test_a_file_in_a_folder_of_another_user_is_not_read(spec: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(strangers, "_owner", lambda path: 0 if path.suffix == ".py" else 4_000_000_000)
    assert "belongs to another user" in refused(spec)


@pytest.mark.parametrize("command", ["check", "plan", "cite", "status", "run"])
def test_every_command_asks_and_can_be_told(spec: Path, monkeypatch: pytest.MonkeyPatch, command: str):
    monkeypatch.setattr(strangers, "_owner", lambda path: 4_000_000_000)
    answer = CliRunner().invoke(application, [command, str(spec)])
    assert answer.exit_code == 2 and not spec.with_name("ran").exists()
    answer = CliRunner().invoke(application, [command, str(spec), "--trust-operators"])
    assert answer.exit_code == 2 and spec.with_name("ran").exists()  # it declares no operator


def test_a_file_of_ones_own_is_read_without_a_word(spec: Path):
    with pytest.raises(Exception, match="declares nothing"):
        Source.read(spec).compile(None)
    assert spec.with_name("ran").exists()
