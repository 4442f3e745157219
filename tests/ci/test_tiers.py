"""`make test` passes all tests, `make test-fast` those that are not slow; `.ci/run` asks for the rest."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]


def recipe(target):
    """The one command of a target of the Makefile, in words."""
    (command,) = re.search(rf"^{target}: .*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.M)[
        1
    ].splitlines()
    return shlex.split(command)


def test_neither_tier_leaves_out_more_than_it_says():
    assert recipe("test") == ["$(KEEP)", "$(BIN)/python", "-m", "pytest", "-n", "2", "--dist", "worksteal"]
    assert recipe("test-fast") == [*recipe("test"), "-m", "not slow"]
    assert CONFIG["testpaths"] == ["tests"]
    assert shlex.split(CONFIG["addopts"]) == ["-q", "--strict-markers", "--import-mode=importlib"]
    assert not {"norecursedirs", "python_files", "python_functions"} & CONFIG.keys()


def test_every_file_of_tests_has_a_test_that_is_found(found, request):
    if [Path(arg).resolve() for arg in request.config.args] != [ROOT / "tests"]:
        pytest.skip("a part of the tests was asked for")
    # Those of a folder in tests/additions are laid over a copy of the repository, and found there.
    files = {path for path in (ROOT / "tests").rglob("test_*.py") if not is_an_addition(path)}
    assert files == {item.path for item in found}


def is_an_addition(path):
    parts = path.relative_to(ROOT / "tests").parts
    return parts[0] == "additions" and len(parts) > 2


def test_every_folder_of_a_package_has_tests_that_are_fast(found, request):
    if [Path(arg).resolve() for arg in request.config.args] != [ROOT / "tests"]:
        pytest.skip("a part of the tests was asked for")
    rooms = {room_of(item) for item in found} - {None}
    assert rooms == {room_of(item) for item in found if not item.get_closest_marker("slow")} - {None}


def room_of(item):
    """`compiler/cli` of a test in tests/compiler/cli/doctor; None where it is of no package."""
    parts = item.path.parent.relative_to(ROOT / "tests").parts
    return "/".join(parts[:2]) if parts and parts[0] in ("compiler", "runtime") else None


def test_every_marker_is_slow_or_asked_for_by_the_whole_run(chosen_by):
    declared = {line.partition(":")[0] for line in CONFIG["markers"]}
    assert declared == {"slow", *chosen_by}
    asked = (ROOT / ".ci/run").read_text() + (ROOT / "tests/engines/run.sh").read_text()
    for marker, variable in chosen_by.items():
        assert re.search(rf"^{variable}=\S+ .*-m {marker}\b", asked, re.M), marker
