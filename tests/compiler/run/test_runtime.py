"""What reads files of anyone's making has bounds on memory and time."""

import resource
import subprocess
import sys

import pytest

from heldout.compiler.run import runtime
from heldout.compiler.run.runtime import Bounds, ask_runtime, call_runtime

MIB = 2**20
TAKES_100_MIB = "x = bytearray(100 * 2**20); print(len(x))"


@pytest.fixture(autouse=True)
def python(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of the runtime, a program that is given as text."""
    monkeypatch.setattr(runtime, "runtime_command", lambda text: [sys.executable, "-c", text])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not count a process's memory")
def test_memory_is_bounded_in_the_process_and_not_here():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    assert ask_runtime(TAKES_100_MIB, bounds=Bounds(500 * MIB)).stdout == f"{100 * MIB}\n"
    refused = ask_runtime(TAKES_100_MIB, bounds=Bounds(50 * MIB))
    assert refused.returncode == 1 and "MemoryError" in refused.stderr
    assert call_runtime(TAKES_100_MIB, bounds=Bounds(50 * MIB)) == 1
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_time_is_bounded():
    with pytest.raises(subprocess.TimeoutExpired):
        ask_runtime("import time; time.sleep(60)", bounds=Bounds(500 * MIB, seconds=0.2))


def test_more_results_may_take_more():
    one, more = (Bounds.to_read(size).bytes for size in (0, 1000))
    assert more - one == 16_000
