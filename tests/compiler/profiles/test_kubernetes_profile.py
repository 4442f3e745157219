"""What the Kubernetes profile asks a cluster for: the plugin's own pods, and their commands run by sh."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from heldout.compiler.profiles import load_profile
from heldout.compiler.profiles.arguments import profile_arguments, python_path

HERE = Path(__file__).parent
PLUGIN = Path(sys.prefix) / "kubernetes"  # Snakemake's own, where `make` puts it
IMAGE = f"registry.example/heldout/cuda@sha256:{'ab' * 32}"


@pytest.fixture(scope="module")
def workflow(emit_workflow, tmp_path_factory) -> Path:
    return emit_workflow(tmp_path_factory.mktemp("kubernetes"))


@pytest.fixture(scope="module")
def pods(workflow, stand_ins, tmp_path_factory) -> dict[str, list]:
    """Run the workflow with the profile; what was sent to the cluster, by stage."""
    folder = tmp_path_factory.mktemp("pods")
    profile = load_profile("kubernetes")
    arguments, _ = profile_arguments(profile, None, [], 20, IMAGE)
    paths = {"PYTHONPATH": os.pathsep.join([python_path(profile)["PYTHONPATH"], str(PLUGIN)])}
    command = [sys.executable, str(HERE / "kubernetes_without_kubernetes.py"), *arguments]
    done = subprocess.run(
        [*command, "--workflow-profile", "profile", "--latency-wait", "2"],
        cwd=workflow,
        env=stand_ins | paths | {"FAKE_PODS": str(folder)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sent = [json.loads(path.read_text()) for path in sorted(folder.iterdir())]
    marks = {"domains": "logs/domains", "model": "logs/model", "report": "logs/report"}
    return {stage: [job for job in sent if mark in text(job)] for stage, mark in marks.items()}


def container(job) -> dict:
    (only,) = job["spec"]["template"]["spec"]["containers"]
    return only


def text(job) -> str:
    return container(job)["args"][1]


def test_a_gpu_stage_is_given_a_gpu_memory_and_cpus(pods):
    resources = container(pods["model"][0])["resources"]
    # resources: {gpu: 1, threads: 2, mem_mb: 4000} of the study's stage `model`.
    assert resources["limits"]["nvidia.com/gpu"] == "1" == resources["requests"]["nvidia.com/gpu"]
    assert resources["limits"]["memory"] == "4000M" == resources["requests"]["memory"]
    assert resources["limits"]["cpu"] == "2000m"
    assert resources["requests"]["cpu"] == "1900m"  # the plugin's cpu scalar of 0.95
    tolerations = pods["model"][0]["spec"]["template"]["spec"]["tolerations"]
    assert [toleration["key"] for toleration in tolerations] == ["nvidia.com/gpu"]


def test_a_cpu_stage_asks_for_no_gpu(pods):
    (job,) = pods["domains"]
    assert set(container(job)["resources"]["limits"]) == {"cpu", "memory", "ephemeral-storage"}
    assert "tolerations" not in job["spec"]["template"]["spec"]


def test_every_pod_is_the_pinned_image_with_the_shared_volume(pods):
    for job in (job for jobs in pods.values() for job in jobs):
        pod = job["spec"]["template"]["spec"]
        assert container(job)["image"] == IMAGE
        assert {"name": "heldout", "mountPath": "/mnt/heldout"} in container(job)["volumeMounts"]
        claims = [
            v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"] if "persistentVolumeClaim" in v
        ]
        assert claims == ["heldout"]
        assert job["namespace"] == "default"
        assert job["spec"]["backoffLimit"] == 0  # retries are Snakemake's, which asks for more memory


def test_a_pod_runs_the_command_of_its_job_and_nothing_else(pods, workflow):
    for job in pods["model"]:
        assert text(job).startswith("cd ")
        assert "python -P -m heldout.runtime run" in text(job)
        assert "snakemake" not in text(job)
    # The commands were run by sh from another folder, with quotes in the path of the workflow.
    assert (workflow / "report" / "index.html").is_file()
    assert list((workflow / "done" / "model").glob("*.json"))
