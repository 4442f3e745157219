"""All faults at once, in a store that several runs share: in the end all is as it is without any.

A step of a storm is one job in each of two folders, beside one another: some are killed, some run out of
memory, of open files or of room in a file, some have a clock that leaps. Between steps bits flip in the store
and files are cut short. Then plain reruns have to bring back every result, byte for byte.

`HELDOUT_FAULT_KILLS=200 pytest -s tests/faults/test_storm.py` takes half as many steps; the default is a few.
"""

import errno
import os
import resource
import shutil
import signal
import subprocess
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.conftest import KILLS

pytestmark = pytest.mark.slow

STEPS = max(4, KILLS // 2)
MOST_RERUNS = 3
HELD: list[bytearray] = []  # by a process that is short of memory
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


def short_of_memory():
    """Leave two megabytes, whatever the process had and has given back: that would still be its own."""
    status = Path("/proc/self/status").read_text()
    size = int(status.split("VmSize:")[1].split()[0]) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size + 2**21, resource.RLIM_INFINITY))
    with suppress(MemoryError):
        while True:
            HELD.append(bytearray(2**18))
    del HELD[-8:]


def short_of_open_files():
    most = max(int(path.name) for path in Path("/proc/self/fd").iterdir()) + 4
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def short_of_room():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def with_a_leaping_clock():
    real, began = time.time(), time.monotonic()
    time.time = lambda: real + 1e6 * (-1) ** int((time.monotonic() - began) * 20)


LIMITS = {
    "memory": short_of_memory,
    "open files": short_of_open_files,
    "room in a file": short_of_room,
    "a leaping clock": with_a_leaping_clock,
}


class Storm:
    """Counts what was tried and what came of it."""

    def __init__(self, moments) -> None:
        self._moments = moments
        self.tried, self.ended = Counter(), Counter()

    def step(self, job_of, seconds) -> None:
        """One job in each folder, beside one another, each with a fault of its own or none."""
        started = []
        for faulty, job in job_of.items():
            fault = self._moments.choice(["kill", "kill", *LIMITS, "none"])
            self.tried[fault] += fault != "none"
            started.append((faulty.start(job, LIMITS.get(fault)), fault))
        for process, fault in started:
            process.join(self._moments.uniform(0, seconds) if fault == "kill" else 120)
            if process.is_alive():
                process.kill()
                process.join()
            assert process.exitcode in (0, 1, 3, -signal.SIGKILL), process.exitcode
            self.ended[process.exitcode] += 1

    def damage(self, store) -> None:
        """A bit that flips, or a file that is cut short, anywhere in a store."""
        files = sorted(path for path in store.rglob("*") if path.is_file() and path.stat().st_size)
        if not files:
            return
        path = self._moments.choice(files)
        size, fault = path.stat().st_size, self._moments.choice(["a flipped bit", "cut short"])
        self.tried[fault] += 1
        if fault == "cut short":
            os.truncate(path, self._moments.randrange(size))
            return
        with path.open("r+b") as file:
            place = self._moments.randrange(size)
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1 << self._moments.randrange(8)]))

    def say(self, lost: int) -> None:
        faults = ", ".join(f"{count} {name}" for name, count in sorted((+self.tried).items()))
        ends = ", ".join(f"{count} with {code}" for code, count in sorted(self.ended.items()))
        total = sum(self.tried.values())
        print(
            f"\nfaults: a storm: tried {total} ({faults}); jobs ended {ends}; survived {total}, {lost} lost"
        )


def rerun(faulty) -> None:
    """Plain reruns, as `heldout run` makes them, until nothing is left to do."""
    for _ in range(MOST_RERUNS):
        faulty.compile()
        left = [
            job
            for job in faulty.jobs
            if not all((faulty.workflow / "done" / stage / f"{shard}.json").is_file() for stage, shard in job)
        ]
        for job in left:
            assert faulty.run_job(job).code == 0, faulty.logs()
        if not left:
            return
    pytest.fail("reruns do not come to an end")


def lost_in(faulty, reference) -> int:
    """How many results are not what they are without faults; all reports are compared too."""
    wanted, found = reference.checksums(), faulty.checksums()
    lost = sum(found[task] != wanted[task] for task in wanted)
    assert lost == 0
    faulty.report()
    assert faulty.tables() == reference.tables()
    return lost


def test_a_storm_in_a_shared_store(tmp_path, faulty, reference, moments):
    both = [faulty, type(faulty)(tmp_path / "other", faulty.store)]
    storm, steps = Storm(moments), 0
    while steps < STEPS:
        for each in both:
            each.compile()
        for number, (whole, _) in enumerate(reference.seconds):
            storm.step({each: each.jobs[number] for each in both}, whole)
            storm.damage(faulty.store)
            steps += 1
    for each in both:
        each.compile(thorough=True)  # as `run --retry` does: models that nobody reads may have been hit
        rerun(each)
    storm.say(sum(lost_in(each, reference) for each in both))


@contextmanager
def fuse(beneath: Path, mounted: Path):
    """A file system of FUSE that shows a folder; yields its process."""
    for folder in (beneath, mounted):
        folder.mkdir(exist_ok=True)
    process = subprocess.Popen(["bindfs", "-f", beneath, mounted], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while not mounted.is_mount() and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield process
    finally:
        subprocess.run(["umount", "-l", mounted], check=False)
        process.terminate()
        process.wait(10)


@needs_root
@pytest.mark.skipif(shutil.which("bindfs") is None, reason="needs bindfs, a file system of FUSE")
def test_a_file_system_that_goes_in_the_midst_of_a_job(tmp_path, faulty, reference, moments):
    """FUSE, whose process is killed: reads and writes say that the transport endpoint is not connected."""
    gone = 0
    for number, job in enumerate(faulty.jobs):
        with fuse(tmp_path / "beneath", faulty.store) as server:
            if number == 0:
                assert faulty.run_job(job).code == 0
            else:
                process = faulty.start(job)
                began = faulty.workflow / "logs" / job[0][0] / f"{job[0][1]}.jsonl"
                while process.is_alive() and not began.exists():
                    time.sleep(0.002)
                time.sleep(moments.uniform(0, reference.seconds[number][1] / 2))
                server.kill()
                process.join(120)
                assert process.exitcode in (0, 3), faulty.logs()
                gone += process.exitcode == 3
    with fuse(tmp_path / "beneath", faulty.store):
        rerun(faulty)
        print(f"\nfaults: FUSE: {gone} jobs whose file system went, {lost_in(faulty, reference)} lost")


def test_a_memory_limit_costs_no_task(faulty, reference):
    """Under a limit that no model fits into, jobs fail; without it the same command has all results."""
    codes = Counter()
    for job in faulty.jobs:
        process = faulty.start(job, short_of_memory)
        process.join(120)
        codes[process.exitcode] += 1
    faulty.compile()
    for path in faulty.workflow.glob("done/*/*.json"):
        assert b'"failed": []' in path.read_bytes(), "a fault of the machine was taken for a result"
    rerun(faulty)
    print(f"\nfaults: memory: jobs ended {dict(codes)}, {lost_in(faulty, reference)} lost")
    assert codes[0] < len(faulty.jobs), f"the limit limits ({errno.ENOMEM})"
