"""What the doctor says of GPUs, from what nvidia-smi says."""

import importlib.metadata

import pytest

from heldout.compiler.cli.doctor.gpu import look_at_gpus

ROW = "NVIDIA A100-SXM4-40GB, 40960 MiB, 8.0, {driver}, {mig}"
LIST = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1a)
  MIG 3g.20gb     Device  0: (UUID: MIG-2b)
  MIG 3g.20gb     Device  1: (UUID: MIG-3c)"""


def found():
    return {finding.name: finding for finding in look_at_gpus()}


@pytest.fixture
def nvidia(programs, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("HELDOUT_GPU_DEVICES", "0:40960")

    def write(driver="550.54.15", mig="Disabled", listed=LIST):
        row = ROW.format(driver=driver, mig=mig)
        programs("nvidia-smi", {"--query-gpu": row, "-L": listed, " ": "| CUDA Version: 12.4 |"})

    return write


def test_no_driver(programs):
    (only,) = look_at_gpus()
    assert (only.state, only.found) == ("absent", "nvidia-smi: not installed")


def test_a_driver_that_does_not_answer(programs):
    programs("nvidia-smi", {"--query-gpu": "!NVIDIA-SMI has failed: no driver"})
    (only,) = look_at_gpus()
    assert only.found == "nvidia-smi: installed, and does not work: NVIDIA-SMI has failed: no driver"


def test_a_gpu_its_driver_and_cuda(nvidia, monkeypatch):
    nvidia()
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "2.13.0+cu126")
    said = found()
    assert {finding.state for finding in said.values()} == {"fine"}
    assert said["GPU"].found == "NVIDIA A100-SXM4-40GB, 40960 MiB, compute capability 8.0"
    assert said["GPU driver"].found == "550.54.15, for CUDA up to 12.4"
    assert said["GPUs for jobs"].found == "0"
    assert "MIG" not in said


def test_an_old_driver(nvidia):
    nvidia(driver="470.82.01")
    assert found()["GPU driver"].state == "doubtful"


def test_a_pytorch_that_cannot_use_it(nvidia, monkeypatch):
    nvidia()
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "2.13.0+cpu")
    assert found()["torch with CUDA"].state == "doubtful"


def test_gpus_cut_into_parts(nvidia):
    nvidia(mig="Enabled")
    assert found()["MIG"].found == "on; 2 parts: 3g.20gb, 3g.20gb"
    nvidia(mig="Enabled", listed="GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1a)")
    assert found()["MIG"].state == "doubtful"


def test_devices_that_are_hidden_from_jobs(nvidia, monkeypatch):
    nvidia()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert (found()["GPUs for jobs"].state, found()["GPUs for jobs"].found) == ("doubtful", "none")
