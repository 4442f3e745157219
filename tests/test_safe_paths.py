"""Modules that lie where a user works are never run: neither by commands, nor by Snakemake, nor by jobs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BIN = Path(sys.executable).parent
SMOKE = Path("results/study/smoke")
HOSTILE = (
    *("heldout.py", "compiler/__init__.py", "runtime.py", "train/__init__.py", "src/__init__.py"),
    *("random.py", "json.py", "typing.py", "sitecustomize.py", "snakemake.py", "pydantic.py", "torch.py"),
    *("snakemake_executor_plugin_hostile/__init__.py", "snakemake_logger_plugin_hostile/__init__.py"),
)
STUDY = """\
heldout: 1
study: study
operators: [my_operators.py]
axes:
  method: [0.0, 1.0]
  seed: {count: 6}
stages:
  drawn: {use: my-operators/draw, offset: "${method}", seed: "${seed}"}
claims:
  more:
    says: An offset of one is more than none.
    compare: {metric: drawn.value, axis: method, greater: 1.0, less: 0.0, pair: [seed]}
tables:
  values: {rows: seed, columns: method, value: drawn.value}
scales:
  smoke: {axes: {seed: {count: 6}}}
"""
OPERATORS = """\
import random
from typing import Annotated

from heldout.runtime.artifacts import Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.01)
def draw(*, offset: float, seed: int) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number that a seed draws.

    Args:
        offset: is added to it.
        seed: of the draw.
    \"\"\"
    return Table.of({"value": offset + random.Random(seed).random()})
"""


def put_hostile_modules(folder: Path, marker: Path) -> None:
    """Modules that leave their names in a file when they are imported, and break what imports them."""
    for name in HOSTILE:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(
            f"open({str(marker)!r}, 'a').write(__file__ + '\\n')\nraise SystemExit(9)\n"
        )


def run(folder: Path, *words: str, **variables: str) -> str:
    """Run a program of this environment as a user would, with its folder on the path."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "PYTHONSAFEPATH") and not name.startswith("HELDOUT_")
    }
    done = subprocess.run(
        [BIN / words[0], *words[1:]],
        cwd=folder,
        env={**environment, "PATH": f"{BIN}:{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "ran.txt"


@pytest.fixture
def folder(tmp_path: Path, marker: Path) -> Path:
    """Where a user works: a study, its operators, and modules that should not be run."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "study.yaml").write_text(STUDY)
    (folder / "my_operators.py").write_text(OPERATORS)
    put_hostile_modules(folder, marker)
    return folder


def test_the_modules_would_be_run_from_an_unsafe_path(folder: Path, marker: Path):
    """The test can fail: Python itself finds them where it is asked to run a module."""
    subprocess.run([sys.executable, "-m", "heldout.runtime", "--help"], cwd=folder, check=False)
    assert "work/" in marker.read_text()


def test_no_module_of_the_working_folder_is_run(folder: Path, marker: Path):
    run(folder, "heldout", "new", "another.yaml")
    for command in (
        *("check study.yaml", "check another.yaml", "plan study.yaml --power"),
        *(
            "run study.yaml --scale smoke",
            "status study.yaml --scale smoke",
            "report study.yaml --scale smoke",
        ),
        *(
            "archive study.yaml --scale smoke -o study.zip",
            "verify study.zip --json --trust-operators",
            "doctor",
        ),
    ):
        run(folder, "heldout", *command.split())
        assert not marker.exists(), f"{command} ran {marker.read_text()}"

    # The emitted workflow by itself, with modules in its own folder too. The store has every result.
    workflow = folder / SMOKE
    put_hostile_modules(workflow, marker)
    for made in ("done", "report"):
        shutil.rmtree(workflow / made)
    run(workflow, "snakemake", "--cores", "2", "--workflow-profile", "profile", "--quiet")
    assert (workflow / "report/index.html").is_file()
    assert not marker.exists(), marker.read_text()


def test_what_an_operator_starts_has_a_path_as_usual(tmp_path: Path):
    """`python train.py` of a user's own imports what lies beside it."""
    (tmp_path / "train.py").write_text("import near\nprint(near.NAME)\n")
    (tmp_path / "near.py").write_text("NAME = 'near'\n")
    operators = OPERATORS.replace("import random\n", "import subprocess\nimport sys\n").replace(
        "offset + random.Random(seed).random()",
        f"len(subprocess.check_output([sys.executable, {str(tmp_path / 'train.py')!r}]))",
    )
    (tmp_path / "my_operators.py").write_text(operators)
    (tmp_path / "study.yaml").write_text(STUDY)
    run(tmp_path, "heldout", "plan", "study.yaml", "--scale", "smoke", "--write")
    job = ["--shard", "plan/drawn/000.json", "--done", "done.json", "--store", "store"]
    run(tmp_path / SMOKE, "python", "-P", "-m", "heldout.runtime", "run", *job, PYTHONSAFEPATH="1")
    done = json.loads((tmp_path / SMOKE / "done.json").read_text())
    assert (done["computed"], done["failed"]) == (12, [])
