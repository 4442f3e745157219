"""heldout in environments made for the occasion: of each Python, and of both ends of its requirements."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
pytestmark = pytest.mark.environments


def run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        ["bash", HERE / script, *arguments],
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20000:]
    return done.stdout


def has_python(version: str) -> bool:
    find = f". {HERE}/environment.sh && find_python {version}"
    return subprocess.run(["bash", "-c", find], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_a_fresh_environment_outside_any_checkout(version: str):
    if not has_python(version):
        pytest.skip(f"there is no Python {version} here")
    said = run("fresh.sh", version)
    assert "0 differ" in said or "the compiler alone" in said


@pytest.mark.parametrize("end", ["lowest", "highest"])
def test_both_ends_of_the_ranges(end: str):
    assert f"the {end} versions do" in run("ends.sh", end)
