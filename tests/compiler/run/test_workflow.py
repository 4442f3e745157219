import os
import signal
import subprocess
import sys
import time

import pytest

from heldout.compiler.run.observer import Observer
from heldout.compiler.run.workflow import _any_left, _follow, _signals_as_interrupts, command


def test_snakemake_is_given_the_workflows_profile_and_what_is_added():
    given = command(["--profile", "/profiles/slurm", "--jobs", "5"])
    assert given[1:4] == ["-P", "-m", "snakemake"]
    assert given[given.index("--workflow-profile") + 1] == "profile"
    assert "--cores" not in given
    assert given[-4:] == ["--profile", "/profiles/slurm", "--jobs", "5"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_is_an_interrupt_while_a_workflow_runs(number):
    before = signal.signal(number, signal.SIG_DFL)  # whatever the tests were started with, such as nohup
    try:
        with pytest.raises(KeyboardInterrupt), _signals_as_interrupts():
            os.kill(os.getpid(), number)
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_what_the_caller_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with _signals_as_interrupts():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_group_is_left_as_long_as_a_member_runs():
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        signal.pause()
        os._exit(0)
    while os.getpgid(child) != child:
        continue
    assert _any_left(child)
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # it has ended and is not collected yet
    assert not _any_left(child)
    os.waitpid(child, 0)
    assert not _any_left(child)


class Process(subprocess.Popen):
    """One that notes for how long it was waited for."""

    def wait(self, timeout=None):
        self.waited = [*getattr(self, "waited", []), timeout]
        return super().wait(timeout)


def test_a_look_during_which_all_was_suspended_is_followed_by_another_soon(monkeypatch):
    class SuspendedForAnHour:
        def progress(self, at_once, running=True):
            hours.append(3600)

    hours = []
    began = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: began() + sum(hours))
    with Process([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        monkeypatch.setattr(Observer, "progressed", lambda *_: process.stdin.close())
        _follow(process, SuspendedForAnHour(), 1, Observer())
    assert process.waited[0] == 30
    assert process.returncode == 1  # and its end was seen at once
