"""The most memory that a process has had."""

import json
import resource
import subprocess
import sys

import pytest
import torch

from heldout.runtime.machine.execute import peak_memory as module
from heldout.runtime.machine.execute.peak_memory import peak_memory

SCRIPT = """
import json
from heldout.runtime.machine.execute.peak_memory import peak_memory
before = peak_memory()
held = bytearray(b"1") * (200 * 2**20)
during = peak_memory()
del held
print(json.dumps([before, during, peak_memory()]))
"""


def test_is_of_the_process_so_far_and_not_of_its_parent():
    ours = bytearray(b"1") * (400 * 2**20)
    process = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    before, during, after = (one["peak_rss_mb"] for one in json.loads(process.stdout))
    assert 20 < before < len(ours) / 2**20
    assert during - before == pytest.approx(200, abs=10)
    assert after == pytest.approx(during, abs=1)  # it does not fall


def test_without_proc_the_system_is_asked(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "STATUS", tmp_path / "none")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    monkeypatch.setattr(sys, "platform", "linux")
    assert peak_memory()["peak_rss_mb"] == pytest.approx(most, rel=0.01)
    monkeypatch.setattr(sys, "platform", "darwin")  # counts bytes
    assert peak_memory()["peak_rss_mb"] == pytest.approx(most / 1024, rel=0.05, abs=0.1)


def test_a_gpu_that_was_used_is_spoken_of(monkeypatch):
    assert ("peak_gpu_mb" in peak_memory()) == torch.cuda.is_initialized()
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 3 * 2**19)
    assert peak_memory()["peak_gpu_mb"] == 1.5


def test_a_task_has_its_own_peak_where_the_process_can_begin_anew(monkeypatch, tmp_path):
    script = SCRIPT.replace("print(", "from heldout.runtime.machine.execute.peak_memory import forget_peak\n")
    script = script.replace("\njson.dumps", "\nanew = forget_peak()\nprint(json.dumps")
    script = script.replace("peak_memory()]))", "peak_memory(), anew]))")
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    before, during, after, anew = json.loads(process.stdout)
    assert anew is sys.platform.startswith("linux")
    fell = during["peak_rss_mb"] - after["peak_rss_mb"]
    assert fell == pytest.approx(200, abs=10) if anew else fell == pytest.approx(0, abs=1)
    assert before["peak_rss_mb"] < during["peak_rss_mb"]
    monkeypatch.setattr(module, "FORGET", tmp_path / "no folder" / "clear_refs")
    assert not module.forget_peak()
