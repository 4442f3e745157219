"""A training that is killed without a warning ends with the bits of one that was not."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("killed_run.py")


def started(folder, pause):
    return subprocess.Popen(
        [sys.executable, "-P", str(RUN), str(folder), "60", str(pause)], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_it_is_killed_twice_and_goes_on(tmp_path):
    whole = started(tmp_path / "whole", 0).communicate()[0].splitlines()
    assert whole[0] == "0" and whole[-1].startswith("ended") and whole[-1].endswith("False")
    begins = []
    for _ in range(2):
        process = started(tmp_path / "killed", 0.01)
        lines = [process.stdout.readline() for _ in range(12)]
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        begins.append(int(lines[0]))
    last = started(tmp_path / "killed", 0).communicate()[0].splitlines()
    begins.append(int(last[0]))
    assert begins[0] == 0 and begins[1] >= 8 and begins[2] >= begins[1] + 8
    assert last[-1] == whole[-1]
