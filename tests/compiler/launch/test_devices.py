"""Which GPUs a process may use: a driver that is a script, and CUDA_VISIBLE_DEVICES as CUDA reads it."""

from pathlib import Path

import pytest

from heldout.compiler.launch.devices import Device, visible_devices

WHOLE = "0, GPU-aa11, 24000, [N/A]\n1, GPU-bb22, 48000, Disabled\n"
CUT = "0, GPU-aa11, 81920, Enabled\n1, GPU-bb22, 48000, Disabled\n"
LIST = """\
GPU 0: NVIDIA A100 80GB PCIe (UUID: GPU-aa11)
  MIG 1g.10gb     Device  0: (UUID: MIG-cc33)
  MIG 1g.10gb     Device  1: (UUID: MIG-dd44)
GPU 1: NVIDIA L40S (UUID: GPU-bb22)
"""

FIRST, SECOND = Device("GPU-aa11", "0", 24000), Device("GPU-bb22", "1", 48000)


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Let `nvidia-smi` answer this."""

    def answer(table: str, listing: str = "") -> None:
        (tmp_path / "table").write_text(table)
        (tmp_path / "list").write_text(listing)
        script = (
            f'#!/bin/sh\ncase "$1" in --list-gpus) cat {tmp_path}/list;; *) cat {tmp_path}/table;; esac\n'
        )
        (tmp_path / "nvidia-smi").write_text(script)
        (tmp_path / "nvidia-smi").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return answer


def test_devices_are_called_by_uuid(driver):
    driver(WHOLE)
    assert visible_devices({}) == (FIRST, SECOND)


def test_a_gpu_in_parts_is_its_parts(driver):
    driver(CUT, LIST)
    parts = (Device("MIG-cc33", "MIG-cc33", None), Device("MIG-dd44", "MIG-dd44", None))
    assert visible_devices({}) == (*parts, SECOND)


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("0,1", (FIRST, SECOND)),
        ("1", (SECOND,)),
        ("1,0", (SECOND, FIRST)),
        ("GPU-bb22", (SECOND,)),
        ("GPU-bb", (SECOND,)),  # as much of it as tells it apart
        ("", ()),
        ("-1", ()),
        ("1,-1,0", (SECOND,)),  # CUDA reads up to the first that there is not
        ("1,7,0", (SECOND,)),
        ("MIG-ee55", (Device("MIG-ee55", "MIG-ee55", None),)),
        ("0,0", (FIRST,)),
    ],
)
def test_what_is_inherited_bounds_what_there_is(driver, variable, expected):
    driver(WHOLE)
    assert visible_devices({"CUDA_VISIBLE_DEVICES": variable}) == expected


def test_without_a_driver_there_are_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert visible_devices({}) == ()


def test_a_driver_that_fails_gives_none(tmp_path, monkeypatch):
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'\nexit 9\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert visible_devices({}) == ()


def test_simulated_devices():
    simulated = {"HELDOUT_GPU_DEVICES": "0:24000,1:16000"}
    assert visible_devices(simulated) == (Device("0", "0", 24000), Device("1", "1", 16000))
    assert visible_devices(simulated | {"CUDA_VISIBLE_DEVICES": "1"}) == (Device("1", "1", 16000),)
    assert visible_devices({"HELDOUT_GPU_DEVICES": ""}) == ()
    with pytest.raises(ValueError, match="write NAME:MEGABYTES"):
        visible_devices({"HELDOUT_GPU_DEVICES": "0"})
