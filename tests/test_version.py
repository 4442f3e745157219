"""The version: read in no time, from one place, and of a release people can name."""

import re
import subprocess
import sys

import pytest

import heldout
from heldout import version


@pytest.mark.parametrize(
    ("of", "release"),
    [
        ("0.3.0", "0.3.0"),
        ("0.3.0.post1.dev7+gabcdef0", "0.3.0"),
        ("0.3.0.post1.dev0+gabcdef0.d20261121", "0.3.0"),
        ("0.3.0.dev7", "0.3.0"),
        ("0.3.0+local", "0.3.0"),
        ("0+unknown", "0"),
    ],
)
def test_the_release_behind_a_version(of, release):
    assert version.release(of) == release


def test_the_version_is_that_of_the_package():
    assert heldout.__version__ == version.__version__
    # Of what a container engine takes for a tag, which has no `+`.
    assert re.fullmatch(r"[0-9.]+", version.release())


def test_saying_the_version_reads_no_metadata():
    code = "import sys, heldout; print(heldout.__version__, 'importlib.metadata' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [heldout.__version__, "False"]
