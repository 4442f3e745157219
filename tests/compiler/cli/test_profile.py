"""`heldout run --profile`: what is tried again and what is not, and what stops a run before it starts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HELDOUT = Path(sys.executable).parent / "heldout"

OPERATORS = """\
import os
import signal
from pathlib import Path
from typing import Annotated
from heldout.runtime.artifacts import Table
from heldout.runtime.operator import Metrics, operator


def trace(word: str) -> None:
    with Path(os.environ["TRACES"]).open("a") as traces:
        traces.write(f"{word}\\n")


@operator(seconds=0.1)
def killed(*, item: int) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number; its process is killed once, as a system short of memory does it.

    Args:
        item: the number; 3 is the one.
    \"\"\"
    trace(f"killed{item}")
    died = Path(os.environ["TRACES"]).with_name("died")
    if item == 3 and not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Table.of({"value": item})


@operator(seconds=0.1)
def unlucky(*, item: int) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number, or an error, however often.

    Args:
        item: the number; 3 fails.
    \"\"\"
    trace(f"unlucky{item}")
    if item == 3:
        raise ValueError("three is unlucky")
    return Table.of({"value": item})
"""

STUDY = """\
heldout: 1
study: items
operators: [my_operators.py]
axes: {item: {count: 5}}
stages:
  a: {use: my-operators/killed, item: "${item}"}
  b: {use: my-operators/unlucky, item: "${item}"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_operators.py").write_text(OPERATORS)
    (tmp_path / "study.yaml").write_text(STUDY)
    profile = tmp_path / "stubborn"
    profile.mkdir()
    (profile / "config.yaml").write_text("cores: 1\nretries: 2\n")
    (profile / "heldout.yaml").write_text("job_seconds: 30\n")
    return tmp_path


def test_a_killed_job_is_tried_again_and_a_failed_task_is_not(folder):
    done = subprocess.run(
        [HELDOUT, "run", "study.yaml", "--profile", "./stubborn", "--json"],
        cwd=folder,
        env=os.environ | {"TRACES": str(folder / "traces")},
        capture_output=True,
        text=True,
        timeout=240,
    )
    log = (folder / "results/items/full/logs/snakemake.log").read_text()
    assert done.returncode == 1, done.stderr  # a task has failed
    traced = (folder / "traces").read_text().split()
    assert traced.count("killed3") == 2, log
    assert traced.count("unlucky3") == 1, log
    assert [task["error"] for task in json.loads(done.stdout)["failed"]] == ["ValueError"]
    assert log.count("Trying to restart job") == 1


def test_an_unknown_profile_is_refused_before_anything_is_read(heldout):
    answer = heldout("run", "none.yaml", "--profile", "slrum")
    assert answer.code == 2
    assert "there is no profile slrum" in answer.err
    assert "write `slurm`" in answer.err


def test_pods_need_an_image_that_a_registry_has(heldout, spec, monkeypatch, tmp_path):
    monkeypatch.setenv("HELDOUT_IMAGES", str(tmp_path / "none.json"))
    answer = heldout("run", "my-study.yaml", "--scale", "smoke", "--profile", "kubernetes")
    assert answer.code == 3
    assert "which is in no registry" in answer.err
    assert "heldout image push" in answer.err


def test_cores_are_not_for_clusters(heldout, spec):
    arguments = ("--scale", "smoke", "--profile", "slurm", "--containers", "none", "--cores", "3")
    answer = heldout("run", "my-study.yaml", *arguments, "--", "--dry-run", "--quiet")
    assert answer.code == 0, answer.err
    assert "--cores is for jobs of this machine; slurm runs" in answer.err
