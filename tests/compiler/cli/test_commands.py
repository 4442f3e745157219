"""Commands are found by themselves: a module in the folder of the command line is all there is to add."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from heldout.compiler import cli
from heldout.compiler.cli import commands
from heldout.compiler.cli.application import application

HELLO = '''\
"""`heldout hello`: greet."""

import typer

from heldout.compiler.refusal import Missing

POSITION = 25


def register(application: typer.Typer) -> None:
    application.command()(hello)


def hello(name: str) -> None:
    """Greet someone."""
    if name == "nobody":
        raise Missing("there is nobody", "name someone")
    typer.echo(f"hello {name}")
'''


def names() -> list[str]:
    return typer.main.get_group(application).list_commands(None)


def test_they_stand_in_the_order_in_which_a_study_is_made():
    known = [
        name for name in names() if name in ("new", "check", "plan", "run", "report", "archive", "doctor")
    ]
    assert known == ["new", "check", "plan", "run", "report", "archive", "doctor"]


def test_no_two_claim_the_same_position():
    modules = [commands._module(name) for name in commands._modules()]
    positions = [module.POSITION for module in modules if hasattr(module, "register")]
    assert len(set(positions)) == len(positions) == len(names())


@pytest.fixture
def hello(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "hello.py").write_text(HELLO)
    monkeypatch.setattr(cli, "__path__", [*cli.__path__, str(tmp_path / "own")])
    commands._modules.cache_clear()
    yield
    commands._modules.cache_clear()
    commands._commands_of.cache_clear()
    sys.modules.pop("heldout.compiler.cli.hello", None)


def test_a_new_command_is_one_file(hello, heldout):
    assert heldout("hello", "world").out == "hello world\n"
    answer = heldout("hello", "nobody")
    assert (answer.code, answer.err) == (3, "heldout: there is nobody\nname someone\n")
    listed = names()
    assert listed[listed.index("hello") - 1 : listed.index("hello") + 2] == ["check", "hello", "plan"]


def test_what_is_nearly_a_command_is_named(heldout):
    answer = heldout("chekc")
    assert (answer.code, "Did you mean 'check'" in answer.err) == (2, True)
    assert heldout("options").code == 2, "a module that is part of others is no command"


def test_a_command_loads_no_other():
    script = """
import sys
sys.argv = ["heldout", "explain", "unknown-axis"]
from heldout.compiler.cli import main
try:
    main()
except SystemExit:
    pass
print(*(name for name in sys.modules if name.startswith("heldout.compiler.")))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "heldout.compiler.cli.explain" in loaded
    assert not loaded & {"heldout.compiler.cli.run", "heldout.compiler.cli.image", "heldout.compiler.compile"}
