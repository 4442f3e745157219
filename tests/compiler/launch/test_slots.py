"""Jobs that wait for GPUs: real processes, simulated devices."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

TWO = "0:1000,1:1000"

# Writes when it began and ended, with what it was given; it ends when a file says so.
WORK = """\
import json, os, sys, time
name, go = sys.argv[1:]
began = time.monotonic()
open(f"{name}.began", "w").close()
while not os.path.exists(go):
    time.sleep(0.01)
time.sleep(0.02)
about = {"began": began, "ended": time.monotonic(), "devices": os.environ.get("CUDA_VISIBLE_DEVICES")}
open(name + ".json", "w").write(json.dumps(about))
"""


class Machine:
    """A machine with simulated GPUs, and the jobs that were started on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs: dict[str, subprocess.Popen[str]] = {}
        (folder / "work.py").write_text(WORK)

    def start(
        self,
        name: str,
        *options: str,
        held: bool = False,
        devices: str = TWO,
        command: list[str] | None = None,
    ) -> subprocess.Popen[str]:
        """Start a job; one that is held works until it is let go."""
        words = command or self.work(name, held)
        self.jobs[name] = subprocess.Popen(
            [sys.executable, "-m", "heldout.compiler.launch.slots", *options, "--for", name, "--", *words],
            cwd=self.folder,
            env=self.environment(devices),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self.jobs[name]

    def work(self, name: str, held: bool) -> list[str]:
        return [sys.executable, "work.py", name, f"{name}.go" if held else "work.py"]

    def hold(self, name: str, *options: str, devices: str = "0:1000") -> subprocess.Popen[str]:
        """Start a job that works until it is let go, and wait until it has begun."""
        process = self.start(name, *options, held=True, devices=devices)
        wait_until(lambda: self.has_begun(name))
        return process

    def let_go(self, name: str) -> None:
        (self.folder / f"{name}.go").write_text("")

    def queue(self, name: str, *options: str) -> subprocess.Popen[str]:
        """Start a job on the one device, and wait until it stands in the queue."""
        before = self.tickets()
        process = self.start(name, *options, devices="0:1000")
        wait_until(lambda: self.tickets() > before)
        return process

    def environment(self, devices: str) -> dict[str, str]:
        own = {"HELDOUT_GPU_DEVICES": devices, "HELDOUT_GPU_SLOTS": str(self.folder / "slots")}
        kept = {k: v for k, v in os.environ.items() if k != "CUDA_VISIBLE_DEVICES"}
        return kept | own | {"PYTHONPATH": os.pathsep.join(sys.path)}

    def has_begun(self, name: str) -> bool:
        return (self.folder / f"{name}.began").exists()

    def tickets(self) -> int:
        return len(list((self.folder / "slots").glob("*.json")))

    def end(self) -> dict[str, dict[str, object]]:
        """Wait for every job; what each wrote."""
        for name, process in self.jobs.items():
            _, told = process.communicate(timeout=60)
            assert process.returncode == 0, (name, told)
        return {name: json.loads((self.folder / f"{name}.json").read_text()) for name in self.jobs}


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    for process in machine.jobs.values():
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_twenty_jobs_on_two_devices_never_overlap(machine):
    for number in range(20):
        machine.start(f"job{number}")
    jobs = machine.end().values()
    assert {job["devices"] for job in jobs} == {"0", "1"}
    for device in "01":
        times = sorted((job["began"], job["ended"]) for job in jobs if job["devices"] == device)
        assert all(ended <= began for (_, ended), (began, _) in pairwise(times))


def test_jobs_whose_shares_fit_run_at_once_on_one_device(machine):
    machine.hold("a", "--gpu-mem-mb", "500")
    machine.hold("b", "--gpu-mem-mb", "500")  # begins while the first goes on
    machine.queue("c", "--gpu-mem-mb", "1")
    machine.let_go("a")
    wait_until(lambda: machine.has_begun("c"))
    machine.let_go("b")
    jobs = machine.end()
    assert jobs["a"]["ended"] <= jobs["c"]["began"]
    assert {job["devices"] for job in jobs.values()} == {"0"}


def test_jobs_are_served_in_the_order_in_which_they_came(machine):
    machine.hold("first")
    for name in ("second", "third", "fourth"):
        machine.queue(name)
    machine.let_go("first")
    began = {name: job["began"] for name, job in machine.end().items()}
    assert sorted(began, key=began.__getitem__) == ["first", "second", "third", "fourth"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_job_that_is_killed_frees_its_device(machine, number):
    holder = machine.hold("holder")
    machine.queue("next")
    assert not machine.has_begun("next")
    holder.send_signal(number)
    holder.communicate()
    assert holder.returncode == -number  # the signal reached the command itself
    del machine.jobs["holder"]
    assert machine.end()["next"]["devices"] == "0"


def test_a_job_that_is_killed_while_it_waits_is_waited_for_no_longer(machine):
    machine.hold("holder")
    waiting = machine.queue("waiting")
    waiting.kill()
    waiting.communicate()
    del machine.jobs["waiting"]
    machine.start("last", devices="0:1000")
    machine.let_go("holder")
    assert machine.end()["last"]["devices"] == "0"
    assert not machine.has_begun("waiting")


def test_what_a_job_leaves_running_keeps_its_device(machine):
    """As with a job whose first process was killed and whose others compute on."""
    child = " ".join(machine.work("child", held=True))
    parent = machine.start("parent", command=["sh", "-c", f"{child} 2>/dev/null & exit 0"], devices="0:1000")
    parent.communicate(timeout=30)
    del machine.jobs["parent"]
    machine.queue("next")
    wait_until(lambda: machine.has_begun("child"))
    machine.let_go("child")
    jobs = machine.end()
    assert json.loads((machine.folder / "child.json").read_text())["ended"] <= jobs["next"]["began"]


def test_a_waiting_job_says_for_whom(machine):
    holder = machine.hold("holder")
    waiting = machine.queue("waiting")
    assert waiting.stderr is not None
    assert waiting.stderr.readline() == f"waiting waits for a GPU: held by holder (process {holder.pid})\n"
    machine.let_go("holder")
    machine.end()


def test_the_exit_code_is_the_commands(machine):
    job = machine.start("job", command=["sh", "-c", "exit 7"])
    assert job.wait(30) == 7
    missing = machine.start("missing", command=["no-such-program"])
    _, told = missing.communicate(timeout=30)
    assert (missing.returncode, told) == (127, "no-such-program: No such file or directory\n")


def test_what_would_wait_for_ever_ends_at_once(machine):
    for options, told in (
        (["--gpus", "3"], "asks for 3 GPUs, and there are 2"),
        (["--gpu-mem-mb", "9999"], "9999 MB"),
    ):
        job = machine.start("job", *options)
        _, said = job.communicate(timeout=30)
        assert job.returncode == 3
        assert told in said


def test_without_any_gpu_the_job_runs_on_the_cpu(machine):
    job = machine.start("job", devices="")
    _, told = job.communicate(timeout=30)
    assert told == "job: there is no GPU here, so it runs on the CPU\n"
    assert json.loads((machine.folder / "job.json").read_text())["devices"] is None
    assert not (machine.folder / "slots").exists()


def test_devices_that_a_scheduler_gave_are_not_waited_for(machine):
    machine.hold("holder")
    other = machine.start("other", "--given", devices="0:1000")
    assert other.wait(30) == 0  # while the device is held
    machine.let_go("holder")
    machine.end()


def test_a_folder_of_another_user_is_refused(machine, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "slots").symlink_to(tmp_path / "elsewhere")
    job = machine.start("job")
    _, told = job.communicate(timeout=30)
    assert job.returncode == 3
    assert "belongs to another user" in told
