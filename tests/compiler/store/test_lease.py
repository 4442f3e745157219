import json
import multiprocessing
import os
import subprocess
import sys
import time

import pytest

from heldout.compiler.store import lease as leases
from heldout.compiler.store.lease import STALE_SECONDS, Held, holder_of, lease


def written(path, **changes):
    """A lease of this process, with other things said of it."""
    path.write_text(json.dumps(leases._self() | changes))
    return path


def test_a_lease_is_held_by_one_and_ends_with_the_block(tmp_path):
    path = tmp_path / "lease"
    with lease(path), pytest.raises(Held) as held, lease(path):
        pass
    assert held.value.holder == str(os.getpid())
    assert holder_of(path) is None and not list(tmp_path.iterdir())
    with lease(path):
        pass


def test_one_whose_process_has_ended_is_taken_at_once(tmp_path):
    path = tmp_path / "lease"
    script = (
        "import os, sys; from pathlib import Path; from heldout.compiler.store.lease import lease\n"
        "with lease(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-P", "-c", script, path], check=False)
    assert path.exists() and holder_of(path) is None
    with lease(path):
        assert holder_of(path) == str(os.getpid())


def test_one_whose_file_a_child_keeps_open_is_held(tmp_path):
    """As Snakemake does, when its command is killed."""
    path = tmp_path / "lease"
    script = (
        "import os, subprocess, sys; from pathlib import Path\n"
        "from heldout.compiler.store.lease import lease\n"
        "with lease(Path(sys.argv[1])) as held:\n"
        "    child = subprocess.Popen(['sleep', '30'], pass_fds=(held,), stdout=subprocess.DEVNULL)\n"
        "    print(child.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script, path], stdout=subprocess.PIPE, check=False)
    with pytest.raises(Held), lease(path):
        pass
    os.kill(int(done.stdout), 9)
    deadline = time.monotonic() + 10
    while holder_of(path) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    with lease(path):
        pass


def test_a_number_that_another_process_has_now_is_not_its_holder(tmp_path):
    assert holder_of(written(tmp_path / "lease", began="1")) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"machine": "another"}'])
def test_of_another_machine_it_is_held_while_it_is_touched(tmp_path, text):
    path = tmp_path / "lease"
    path.write_text(text)
    assert holder_of(path) == ""
    with pytest.raises(Held), lease(path):
        pass
    long_ago = time.time() - STALE_SECONDS - 5
    os.utime(path, (long_ago, long_ago))
    assert holder_of(path) is None
    with lease(path):
        pass


def test_it_is_touched_as_long_as_it_is_held(tmp_path, monkeypatch):
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.01)
    with lease(tmp_path / "lease"):
        long_ago = time.time() - STALE_SECONDS - 5
        os.utime(tmp_path / "lease", (long_ago, long_ago))
        deadline = time.monotonic() + 10
        while (tmp_path / "lease").stat().st_mtime <= long_ago and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (tmp_path / "lease").stat().st_mtime > long_ago


def _take(path, at_once, most, times):
    for _ in range(times):
        try:
            with lease(path):
                with at_once.get_lock():
                    at_once.value += 1
                    most.value = max(most.value, at_once.value)
                time.sleep(0.0005)
                with at_once.get_lock():
                    at_once.value -= 1
                if os.getpid() % 2:
                    path.write_text(json.dumps(leases._self() | {"began": "1"}))  # as if it had been killed
        except Held:
            time.sleep(0.0005)


def test_of_many_that_want_it_one_has_it(tmp_path):
    context = multiprocessing.get_context("fork")
    at_once, most = context.Value("i", 0), context.Value("i", 0)
    path = written(tmp_path / "lease", began="1")
    several = [context.Process(target=_take, args=(path, at_once, most, 150)) for _ in range(6)]
    for process in several:
        process.start()
    for process in several:
        process.join()
    assert [process.exitcode for process in several] == [0] * 6
    assert most.value == 1
