"""What each kind of change costs: the files of a folder here are all that a person writes for it.

They are laid over a copy of the repository, in which `make docs` may write what it likes; then what they
add is there, and their tests pass. CONTRIBUTING.md promises the same lists.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COPIED = (
    "compiler",
    "runtime",
    "containers",
    "profiles",
    "src",
    "schema",
    "pyproject.toml",
    "constraints.txt",
)
CHANGES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__")
PAGES = ("CHANGELOG.md", "README.md", "docs/containers.md")  # a line in them is all

STUDY = """\
heldout: 1
study: toys
axes:
  seed: {count: 5}
stages:
  digits: {use: data/rotated-digits, angles: [0, 45]}
  model: {use: train/classifier, data: "${digits}", objective: toy, steps: 2, seed: "${seed}"}
  word: {use: measure/toy-word, word: other}
claims:
  falls:
    says: The loss is above zero.
    toy: {metric: model.loss, pair: [seed]}
"""


def promised() -> Mapping[str, list[str]]:
    """What CONTRIBUTING.md says of each kind of change: its files."""
    section = (ROOT / "CONTRIBUTING.md").read_text().split("\n## What a change costs\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (.+) \|$", section, re.MULTILINE)
    costs = {name.strip().replace(" ", "-"): re.findall(r"`([^`]+)`", files) for name, _, files in rows}
    assert all(len(costs[name.strip().replace(" ", "-")]) == int(count) for name, count, _ in rows)
    return costs


def files_of(change: str) -> list[Path]:
    return [path for path in sorted((HERE / change).rglob("*.*")) if path.is_file() and path.suffix != ".pyc"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with all the changes in it."""
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__", "test_*")
    for name in (*COPIED, "tests"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, symlinks=True, ignore=ignored)
        else:
            shutil.copy(source, folder)
    for change in CHANGES:
        for path in files_of(change):
            target = folder / path.relative_to(HERE / change)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    run(folder, "-m", "heldout.runtime", "catalog", "-o", "containers/catalog.json")
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python ARGUMENTS` in a copy, whose `heldout` is its own."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def run(folder: Path, *arguments: str) -> str:
    """What it says, where it ends well."""
    done = python(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("change", CHANGES)
def test_these_files_are_what_was_promised(change: str):
    written = [path.relative_to(HERE / change).as_posix() for path in files_of(change)]
    patterns = [
        re.sub("NAME|KIND|VERB|CODE", r"\\w+", re.escape(p)) for p in promised()[change] if p not in PAGES
    ]
    assert len(written) == len(patterns)
    for pattern in patterns:
        assert any(re.fullmatch(pattern.replace("…", ".+"), path) for path in written), pattern


def test_the_catalog_has_them(copy: Path):
    catalog = json.loads((copy / "containers/catalog.json").read_bytes())
    assert "toy" in catalog["components"]["objectives"]
    assert catalog["operators"]["measure/toy-word"]["outputs"]["toy"]["kind"] == "Toy"
    assert "Toy" in catalog["kinds"]
    assert set(catalog["components"]["claims"]["toy"]["parameters"]) == {"metric", "pair", "where", "alpha"}


def test_their_tests_pass(copy: Path):
    tests = [
        p.relative_to(HERE / change)
        for change in CHANGES
        for p in files_of(change)
        if p.name.startswith("test_")
    ]
    said = run(copy, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *map(str, tests))
    assert f"{len(tests)} passed" in said or "100%" in said


def test_the_other_tests_of_their_rooms_know_them(copy: Path):
    """A new objective is covered by the tests of all objectives as it is, and its name is a spec's."""
    assert checked(copy, STUDY) == []


def test_a_claim_is_refused_where_its_own_rule_says_that_nothing_could_support_it(copy: Path):
    (mistake,) = checked(copy, STUDY.replace("seed: {count: 5}", "seed: {count: 4}"))
    assert (mistake["code"], mistake["hint"]) == ("undecidable", "it needs 5 pairs: add levels to pair over")


def test_a_diagnostic_is_covered_by_the_tests_of_all_diagnostics(copy: Path):
    (mistake,) = checked(copy, STUDY.replace("  word:", "  toy:"))
    assert mistake["code"] == "toy"
    tests = ("tests/compiler/test_diagnostics_of_specs.py", "tests/compiler/explanations/test_explanation.py")
    for test in tests:
        shutil.copy(ROOT / test, copy / test)
    run(copy, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests, "-k", "toy or every_code")


def checked(folder: Path, study: str) -> list[dict[str, str]]:
    """The mistakes that `heldout check` finds in a study."""
    (folder / "study.yaml").write_text(study)
    program = "from heldout.compiler.cli import main; main()"
    done = python(folder, "-c", program, "check", "study.yaml", "--json")
    found = [one for one in json.loads(done.stdout) if one["severity"] == "error"]
    assert (done.returncode != 0) == bool(found), done.stderr
    return found
