"""What records say of where they were computed."""

from pathlib import Path

import torch

from heldout.runtime.machine.execute.environment import gpu_driver, prepare_environment, processor


def test_the_driver_is_read_from_what_its_module_says(tmp_path: Path):
    said = tmp_path / "version"
    closed = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\n"
    opened = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release Build\n"
    for text, version in ((closed, "535.183.01"), (opened, "560.35.03"), ("something else", "unknown")):
        said.write_text(text)
        assert gpu_driver(said) == version
    assert gpu_driver(tmp_path / "none") == "unknown"


def test_an_image_is_named_where_there_is_one(monkeypatch):
    monkeypatch.delenv("HELDOUT_IMAGE", raising=False)
    bare = prepare_environment(1)
    assert bare["cpu"] == torch.backends.cpu.get_cpu_capability() != ""
    assert (bare["torch"], bare["threads"]) == (torch.__version__, 1)
    assert ("driver" in bare, "image" in bare) == (torch.cuda.is_available(), False)
    monkeypatch.setenv("HELDOUT_IMAGE", "registry/cpu@sha256:00")
    assert prepare_environment(1)["image"] == "registry/cpu@sha256:00"


def test_the_processor_is_named_as_linux_names_it(tmp_path: Path):
    said = tmp_path / "cpuinfo"
    said.write_text("processor\t: 0\nmodel name\t: AMD  EPYC 9654\nflags\t: avx2\nmodel name\t: other\n")
    assert processor(said) == "AMD EPYC 9654"
    said.write_text("Hardware: a board\n")
    assert processor(said) == processor(tmp_path / "none") == ""
