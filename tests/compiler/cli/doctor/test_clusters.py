"""What the doctor says of Slurm and Kubernetes, from what they say."""

import pytest

from heldout.compiler.cli.doctor.clusters import look_at_kubernetes, look_at_slurm


def found(look):
    return {finding.name: finding for finding in look()}


@pytest.fixture
def slurm(programs):
    def write(age="300 sec", accounting="accounting_storage/none"):
        programs("sbatch", {"--version": "slurm 23.11.4"})
        programs("sinfo", {"--noheader": "main*|2-00:00:00|(null)|12\ngpu|1-00:00:00|gpu:a100:4(S:0-1)|3"})
        programs("scontrol", {"show config": f"MinJobAge = {age}\nAccountingStorageType = {accounting}"})
        programs("sacct", {" ": ""})

    return write


def test_partitions_with_their_gpus(slurm):
    slurm()
    said = found(look_at_slurm)
    assert said["Slurm"].found == "slurm 23.11.4"
    assert said["Slurm partition main"].found == "12 nodes, no GPUs, at most 2-00:00:00, the default"
    assert said["Slurm partition gpu"].found == "3 nodes, gpu:a100:4(S:0-1), at most 1-00:00:00"


@pytest.mark.parametrize(
    ("age", "accounting", "state", "asks"),
    [
        ("300 sec", "accounting_storage/none", "fine", "the profile asks squeue"),
        ("300 sec", "accounting_storage/slurmdbd", "fine", "the profile asks squeue"),
        ("10 sec", "accounting_storage/slurmdbd", "fine", "the plugin asks sacct"),
        ("10 sec", "accounting_storage/none", "doubtful", "the plugin would ask sacct"),
    ],
)
def test_how_the_plugin_learns_what_became_of_jobs(slurm, age, accounting, state, asks):
    slurm(age, accounting)
    status = found(look_at_slurm)["Slurm status"]
    assert status.state == state
    assert asks in status.found
    assert status.found.startswith(f"accounting {'off' if accounting.endswith('none') else 'on'}; ")


def test_no_slurm(programs):
    assert found(look_at_slurm)["Slurm"].found == "sbatch: not installed"


def test_a_controller_that_does_not_answer(programs):
    programs("sbatch", {"--version": "slurm 23.11.4"})
    programs("sinfo", {"--noheader": "!slurm_load_partitions: Unable to contact slurm controller"})
    slurm = found(look_at_slurm)["Slurm"]
    assert slurm.state == "absent"
    assert "Unable to contact slurm controller" in slurm.found


def test_a_context_of_kubernetes_that_may_create_jobs_and_one_that_may_not(programs):
    programs("kubectl", {"current-context": "lab", "can-i": "yes"})
    assert found(look_at_kubernetes)["Kubernetes"].found == "context lab, which may create jobs"
    programs("kubectl", {"current-context": "lab", "can-i": "!no"})
    assert found(look_at_kubernetes)["Kubernetes"].state == "doubtful"
    programs("kubectl", {"current-context": "!error: current-context is not set"})
    assert found(look_at_kubernetes)["Kubernetes"].state == "absent"
