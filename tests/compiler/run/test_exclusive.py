import os
import subprocess
import sys

import pytest

from heldout.compiler.run.exclusive import Busy, holding


def test_a_folder_is_held_by_one(tmp_path):
    with holding(tmp_path / "workflow"), pytest.raises(Busy) as busy, holding(tmp_path / "workflow"):
        pass
    assert busy.value.holder == str(os.getpid())
    assert str(busy.value) == f"a run of {tmp_path / 'workflow'} is under way (process {os.getpid()})"
    with holding(tmp_path / "workflow"):
        pass


def test_a_child_keeps_the_folder_when_its_parent_is_killed(tmp_path):
    script = """
import os, subprocess, sys
from pathlib import Path
from heldout.compiler.run.exclusive import holding
with holding(Path(sys.argv[1])) as lock:
    child = subprocess.Popen(["sleep", "30"], pass_fds=(lock,), stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
    os.kill(os.getpid(), 9)
"""
    parent = subprocess.run([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout)
    with pytest.raises(Busy), holding(tmp_path):
        pass
    os.kill(child, 9)
    for _ in range(1000):
        try:
            with holding(tmp_path):
                return
        except Busy:
            continue
    pytest.fail("the folder is still held")
