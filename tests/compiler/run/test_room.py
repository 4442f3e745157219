"""Studies are run from Python too: nothing of the command line is loaded, and nothing is printed."""

import subprocess
import sys
from pathlib import Path

import pytest

from heldout.compiler import run

MODULES = sorted(f"heldout.compiler.run.{path.stem}" for path in Path(run.__file__).parent.glob("*.py"))


def test_nothing_of_the_command_line_is_loaded():
    script = f"import sys, {', '.join(MODULES)}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert set(MODULES) - {"heldout.compiler.run.__init__"} <= loaded
    assert not {"typer", "click", "rich", "heldout.compiler.cli", "heldout.compiler.terminal"} & loaded


@pytest.mark.parametrize("word", ["print(", "sys.stdout", "sys.stderr", "sys.exit"])
def test_nothing_is_printed(word):
    texts = {path.name: path.read_text() for path in Path(run.__file__).parent.glob("*.py")}
    assert [name for name, text in texts.items() if word in text] == []
