"""What a run gives Snakemake: with which profile, bounded by what, with or without job arrays."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from heldout.compiler.profiles import arguments as module
from heldout.compiler.profiles import load_profile
from heldout.compiler.profiles.arguments import given, jobs_at_once, profile_arguments, python_path

LOCAL, SLURM, KUBERNETES = (load_profile(name) for name in ("local", "slurm", "kubernetes"))
ARRAYS = replace(SLURM, job_arrays=True)


@pytest.fixture(autouse=True)
def fine_for_arrays(monkeypatch):
    monkeypatch.setattr(module, "reason_against_arrays", lambda at_once, jobs, seconds: None)


def test_without_a_profile_all_cores_of_this_machine():
    assert profile_arguments(None, None, [], 9) == (["--cores", str(os.cpu_count())], [])
    assert profile_arguments(None, 3, [], 9) == (["--cores", "3"], [])


def test_a_local_profile_bounds_the_cores_and_the_command_line_overrides_it():
    profile = replace(LOCAL, cores=5)
    assert profile_arguments(profile, None, [], 9)[0] == ["--profile", str(LOCAL.folder), "--cores", "5"]
    assert profile_arguments(profile, 2, [], 9)[0] == ["--profile", str(LOCAL.folder), "--cores", "2"]


@pytest.mark.parametrize("profile", [SLURM, KUBERNETES])
def test_no_cores_on_a_cluster(profile):
    assert "--cores" not in profile_arguments(profile, 4, [], 9)[0]


@pytest.mark.parametrize("extra", [["--executor", "slurm"], ["--executor=slurm"], ["-e", "slurm"]])
def test_an_executor_after_the_dashes_is_heard(extra):
    assert profile_arguments(None, None, [*extra, "--jobs", "5"], 9)[0] == []


def test_a_dry_run_is_still_of_the_profile():
    assert "--cores" not in profile_arguments(SLURM, None, ["--dry-run"], 9)[0]


def test_arrays_are_turned_off_where_they_cannot_be_trusted(monkeypatch):
    monkeypatch.setattr(module, "reason_against_arrays", lambda at_once, jobs, seconds: "a reason")
    arguments, notes = profile_arguments(ARRAYS, None, [], 9)
    assert arguments[-2:] == ["--slurm-array-jobs", "none"]
    assert notes == ["no job arrays: a reason"]
    # Who writes the option down is heard.
    assert "none" not in profile_arguments(ARRAYS, None, ["--slurm-array-jobs", "all"], 9)[0]
    assert profile_arguments(replace(SLURM, job_arrays=False), None, [], 9)[1] == []


def test_pods_are_given_the_pinned_image():
    image = f"registry.example/heldout/cuda@sha256:{'0' * 64}"
    arguments, _ = profile_arguments(KUBERNETES, None, [], 9, image)
    assert arguments[-2:] == ["--container-image", image]
    assert "--container-image" not in profile_arguments(SLURM, None, [], 9, image)[0]
    assert profile_arguments(KUBERNETES, None, ["--container-image=mine"], 9, image)[0].count(image) == 0


@pytest.mark.parametrize(
    ("profile", "cores", "extra", "expected"),
    [
        (None, None, [], os.cpu_count()),
        (None, 3, [], 3),
        (replace(LOCAL, cores=6), None, [], 6),
        (replace(SLURM, jobs=8), None, [], 8),
        (replace(SLURM, jobs=500), None, [], 20),  # there are not more
        (SLURM, 1, ["--jobs", "7"], 7),
        (SLURM, None, ["-j7"], 7),
        (SLURM, None, ["--jobs=unlimited"], 20),
        (None, None, ["--executor", "slurm"], 20),
    ],
)
def test_jobs_at_once_for_the_time_that_is_left(profile, cores, extra, expected):
    assert jobs_at_once(profile, cores, extra, 20) == expected


def test_the_last_value_of_an_option_counts():
    assert given(["--jobs", "3", "-j", "4"], "--jobs", "-j") == "4"
    assert given(["--jobs"], "--jobs", "-j") is None
    assert given(["--jobs-other", "3"], "--jobs", "-j") is None


def test_a_profiles_own_plugins_are_found_and_nothing_of_the_users_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/mine")
    assert python_path(SLURM) == {} == python_path(None)
    path = python_path(KUBERNETES)["PYTHONPATH"].split(os.pathsep)
    assert path[1:] == []
    assert [child.name for child in Path(path[0]).iterdir() if child.name != "__pycache__"] == [
        "snakemake_executor_plugin_kubernetes_shared"
    ]
    monkeypatch.delenv("PYTHONPATH")
    assert os.pathsep not in python_path(KUBERNETES)["PYTHONPATH"]


def test_unbounded_jobs_are_a_number():
    assert module._jobs(None, []) == sys.maxsize
