"""What the Slurm profile asks a cluster for: the plugin's own `sbatch` command lines, without a cluster."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from heldout.compiler.profiles import known_profiles

HERE = Path(__file__).parent
PROFILE = known_profiles()["slurm"]
Calls = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def submit(emit_workflow, stand_ins, tmp_path_factory) -> Callable[..., Calls]:
    """Run the workflow with a profile; how sbatch was called, by rule, in order."""

    def run(profile: Path, *arguments: str, code: int = 0, **environment: str) -> Calls:
        place = tmp_path_factory.mktemp("slurm")
        command = [sys.executable, str(HERE / "slurm_without_slurm.py"), "--profile", str(profile)]
        done = subprocess.run(
            [*command, "--workflow-profile", "profile", "--latency-wait", "2", *arguments],
            cwd=emit_workflow(place),
            env=stand_ins | environment | {"FAKE_SLURM": str(place)},
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == code, done.stdout + done.stderr
        calls: Calls = {}
        for path in sorted((place / "calls").iterdir()):
            call = path.read_text().splitlines()
            rule = call[call.index("--comment") + 1].removeprefix("rule_").partition("_wildcards_")[0]
            calls.setdefault(rule, []).append(call)
        return calls

    return run


@pytest.fixture(scope="module")
def calls(submit) -> Calls:
    """Of a run in which the first job runs out of memory twice."""
    return submit(PROFILE, FAKE_FAILS="domains", FAKE_TIMES="2")


def value(call: list[str], option: str) -> str | None:
    """The value of an option of sbatch, in either way of writing it."""
    for i, argument in enumerate(call):
        if argument == option:
            return call[i + 1]
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
    return None


def test_stages_ask_for_what_the_spec_says(calls):
    gpu, cpu = calls["model"][0], calls["domains"][0]
    # resources: {gpu: 1, threads: 2, mem_mb: 4000, runtime: 90} of the study's stage `model`.
    assert [value(gpu, o) for o in ("--gpus", "--cpus-per-task", "--mem", "-t")] == ["1", "2", "4000", "90"]
    assert value(cpu, "--gpus") is None
    assert [value(cpu, o) for o in ("--cpus-per-task", "--mem", "--ntasks")] == ["1", "2000", "1"]
    for call in (gpu, cpu):
        assert "--requeue" in call
        assert value(call, "-p") == "main"  # the partition of the stand-in for sinfo
        assert value(call, "--array") is None


def test_a_job_starts_in_the_folder_of_the_workflow(calls):
    assert str(value(calls["domains"][0], "-D")).endswith("/it's here/smoke")


def test_no_bound_on_cores_reaches_a_job(calls):
    assert "--cores 'all'" in str(value(calls["model"][0], "--wrap"))


def test_a_job_that_dies_is_tried_again_with_more_memory(calls):
    assert [value(call, "--mem") for call in calls["domains"]] == ["2000", "4000", "6000"]
    assert {value(call, "--mem") for call in calls["model"]} == {"4000"}


def test_a_job_that_always_dies_is_given_up(submit):
    calls = submit(PROFILE, code=1, FAKE_FAILS="domains", FAKE_TIMES="9")
    assert {rule: len(submitted) for rule, submitted in calls.items()} == {"domains": 3}  # others read it


def test_a_copy_has_partitions_arrays_and_stages_of_its_own(submit, tmp_path):
    mine = tmp_path / "my-cluster"
    shutil.copytree(PROFILE, mine)
    (mine / "partitions-example.yaml").rename(mine / "partitions.yaml")
    with (mine / "config.yaml").open("a") as file:
        file.write("slurm-partition-config: partitions.yaml\nslurm-array-jobs: model\n")
        file.write(
            "set-resources:\n  model:\n    gpu_model: a100\n  study_report:\n    slurm_partition: big\n"
        )
    calls = submit(mine)
    (model,) = calls["model"]
    assert value(model, "--array") == "1-24"  # 3 angles, 2 methods and 4 seeds, one job each
    assert (value(model, "-p"), value(model, "--gpus")) == ("gpu", "a100:1")
    assert {value(call, "-p") for call in calls["domains"]} == {"main"}
    assert value(calls["study_report"][0], "-p") == "big"
