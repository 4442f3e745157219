"""A job that Slurm kills: the run says so, what it had finished stays, and the next run goes on."""

import json
import shutil
import signal
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.engines

SLOW = """\
heldout: 1
study: slow
operators: [probes.py]
axes:
  cell: [1, 2, 3, 4, 5, 6, 7, 8]
stages:
  waited: {use: probes/wait, cell: "${cell}", seconds: 2, resources: {seconds: 2}}
"""
ON_SLURM = ("run", "study.yaml", "--profile", "slurm", "--containers", "apptainer")
QUICKLY = ("--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "5")


def wait_until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not in {seconds} s: {condition}"
        time.sleep(0.2)
    return found


def finished(place):
    """The tasks whose end a job has logged."""
    events = [
        json.loads(line)
        for path in place.folder.glob("results/slow/full/logs/waited/*.jsonl")
        for line in path.read_text().splitlines()
        if line.endswith("}")
    ]
    return sum(event.get("status") == "computed" for event in events)


@pytest.fixture
def slow(engines, tmp_path):
    place = engines.at(tmp_path / "study")
    shutil.copy(Path(__file__).parent / "probes.py", place.folder)
    (place.folder / "study.yaml").write_text(SLOW)
    return place


def test_a_job_that_slurm_cancels(slow, sif):
    run = slow.start(*ON_SLURM, "--", *QUICKLY, "--retries", "0")
    try:
        wait_until(lambda: finished(slow))
        jobs = slow.run("squeue", "--noheader", "--format", "%i", "--states", "RUNNING").stdout.split()
        slow.run("scancel", *jobs)
        told, _ = run.communicate(timeout=180)
    finally:
        run.kill()
    assert run.returncode == 1, told
    assert "Traceback" not in told
    done = slow.json(*ON_SLURM, "--", *QUICKLY)
    assert done["failed"] == []
    assert done["computed"] + done["reused"] == 8
    assert done["reused"] >= 1


def test_a_run_that_is_interrupted_leaves_no_job_behind(slow, sif):
    run = slow.start(*ON_SLURM, "--", *QUICKLY)
    try:
        wait_until(lambda: finished(slow))
        run.send_signal(signal.SIGINT)
        told, _ = run.communicate(timeout=180)
    finally:
        run.kill()
    assert run.returncode == 130, told
    wait_until(lambda: not slow.run("squeue", "--noheader").stdout.strip())
    # What Slurm began may end here.
    done = slow.json("run", "study.yaml", "--containers", "apptainer")
    assert (done["failed"], done["computed"] + done["reused"]) == ([], 8)
    assert done["reused"] >= 1
