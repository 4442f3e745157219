"""When job arrays can be trusted: by the bound on jobs, and by what Slurm says of itself."""

import os
from pathlib import Path

import pytest

from heldout.compiler.profiles.slurm import (
    asks_sacct,
    min_job_age,
    reason_against_arrays,
    slurm_configuration,
)

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch):
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")


def test_the_age_at_which_jobs_leave_squeue(monkeypatch):
    assert slurm_configuration() == {"MinJobAge": "300 sec"}
    assert min_job_age() == 300
    monkeypatch.setenv("PATH", "/nowhere")
    assert min_job_age() is None


def test_sacct_is_asked_where_jobs_leave_squeue_within_three_looks(monkeypatch):
    assert not asks_sacct(60, 20)
    assert asks_sacct(59, 20)
    assert asks_sacct(None, 20)
    monkeypatch.setenv("PATH", "/nowhere")
    assert not asks_sacct(59, 20)  # there is no sacct to ask


def test_arrays_need_room_for_every_job(monkeypatch):
    assert reason_against_arrays(10, 10, 20) is None
    assert reason_against_arrays(9, 10, 20) == (
        "9 jobs at once are fewer than the workflow's 10, and some would never be handed in"
    )
    monkeypatch.setenv("FAKE_MIN_JOB_AGE", "30")
    assert "sacct" in str(reason_against_arrays(10, 10, 20))
