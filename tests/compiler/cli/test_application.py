import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from heldout.compiler.cli.application import application
from heldout.version import __version__

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[3]
NAMES = typer.main.get_group(application).list_commands(None)
GROUPS = ["image"]  # of commands
COMMANDS = [name for name in NAMES if name not in GROUPS]


def test_the_version_is_that_of_the_package(heldout):
    assert heldout("--version").out == f"heldout {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_in_eighty_columns(heldout, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    for option in ("-h", "--help"):
        answer = heldout(command, option)
        assert answer.code == 0
        assert all(len(line) <= 80 for line in answer.out.splitlines()), answer.out
    assert f"heldout {command}" in answer.out.split("\n", 1)[1] or command == "doctor", "an example"


def test_every_example_of_the_help_stands_on_a_line_of_its_own(heldout, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for command in COMMANDS:
        text = heldout(command, "--help").out
        examples = re.findall(rf"^.*heldout {command} .*$", text.split("\n", 1)[1], re.MULTILINE)
        assert all(line.startswith("    heldout ") for line in examples if "`" not in line), text


def test_the_list_of_commands_cuts_no_line(heldout, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = heldout("--help").out
    assert "..." not in text.split("Commands:")[1]
    assert {*COMMANDS, *GROUPS} == set(re.findall(r"^  (\w+)  ", text.split("Commands:")[1], re.MULTILINE))


def test_the_readme_lists_the_commands():
    table = re.findall(r"^\| `heldout (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert set(table) == {*COMMANDS, *GROUPS}


@pytest.mark.parametrize("arguments", [["bogus"], ["check"], ["run", "--bogus"], ["lock", "a", "b"]])
def test_wrong_arguments_are_invalid_input(heldout, arguments):
    answer = heldout(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert "Error:" in answer.err


def test_what_cannot_be_written_is_told_without_a_traceback(heldout, spec, tmp_path):
    (tmp_path / "results").write_text("a file where a folder should be")
    answer = heldout("plan", "my-study.yaml", "--write")
    assert answer.code == 1
    assert answer.err.startswith("heldout: results/my-study")
    assert "Not a directory" in answer.err


def test_an_argument_that_is_not_utf8_is_refused(heldout):
    answer = heldout("check", os.fsdecode(b"n\xff.yaml"))
    assert answer.code == 2
    assert "is not UTF-8" in answer.err


@pytest.mark.parametrize("arguments", [("check", ""), ("plan", "my-study.yaml", "--scale", "")])
def test_an_empty_argument_is_refused(heldout, spec, arguments):
    answer = heldout(*arguments)
    assert answer.code == 2
    assert answer.err.startswith("heldout: an argument is empty\nleave it out")


def test_an_interrupt_ends_with_130(heldout, spec, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("heldout.compiler.cli.plan.price", interrupted)
    assert heldout("plan", "my-study.yaml").code == 130


def test_a_reader_that_leaves_is_no_error():
    shell = f"set -o pipefail; {BIN / 'heldout'} schema | head -c 1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")


def test_the_compiler_starts_without_the_heavy_packages():
    script = """
import sys
sys.argv = ["heldout", "--version"]
from heldout.compiler.cli import main
try:
    main()
except SystemExit:
    pass
print([name for name in ("torch", "snakemake", "numpy", "pandas", "transformers") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_terminal_that_lacks_a_character_still_shows_the_rest(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    subprocess.run([BIN / "heldout", "new", "a.yaml", "--title", "Ünder"], cwd=tmp_path, check=True)
    (tmp_path / "a.yaml").write_text((tmp_path / "a.yaml").read_text().replace("${method}", "${ünder}"))
    done = subprocess.run(
        [BIN / "heldout", "check", "a.yaml"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "\\xfcnder" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_shown(shell):
    environment = {**os.environ, "_HELDOUT_COMPLETE": f"source_{shell}"}
    done = subprocess.run([BIN / "heldout"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert "_HELDOUT_COMPLETE" in done.stdout
