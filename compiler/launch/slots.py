"""Wait for GPUs of this machine, then become the command: `python -m heldout.compiler.launch.slots`.

Snakemake runs several jobs at once and gives none of them a device of its own. Each waits here until it
has one. What it then has is the lock of a file, which the command keeps until the last of its processes
has ended: a job that is killed frees its GPU, whatever killed it.
"""

import argparse
import fcntl
import json
import os
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from heldout.compiler.launch.container_gpus import filled
from heldout.compiler.launch.devices import Device, visible_devices
from heldout.compiler.launch.sharing import GpuRequest, ahead, grant, holders, never

NEVER = 3
NOT_FOUND = 127
INTERRUPTED = 130
FOLDER = "HELDOUT_GPU_SLOTS"
POLL_SECONDS = 0.2


class Queue:
    """The jobs of this machine that wait for a GPU or have one: one locked file each, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
            raise PermissionError(f"{folder} belongs to another user: name a folder of your own in {FOLDER}")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While nobody else looks or changes anything."""
        with (self._folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def enter(self, job: GpuRequest) -> tuple[int, GpuRequest]:
        """Take the next ticket; its open file, which stays locked as long as it is open, and the job."""
        with self.alone():
            tickets = [int(path.stem) for path in self._folder.glob("*.json")]
            job = replace(job, ticket=max(tickets, default=0) + 1)
            descriptor = os.open(self._path(job), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self.write(descriptor, job)
        return descriptor, job

    def write(self, descriptor: int, job: GpuRequest) -> None:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(job)).encode(), 0)

    def others(self, job: GpuRequest) -> tuple[GpuRequest, ...]:
        """Every other job that is alive; the files of those that have ended are removed."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            if path == self._path(job):
                continue
            with path.open("r+b") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()  # nobody holds it: its job has ended
                except BlockingIOError:
                    found.append(_job(json.loads(file.read())))
        return tuple(found)

    def _path(self, job: GpuRequest) -> Path:
        return self._folder / f"{job.ticket:09d}.json"


def _job(content: dict[str, Any]) -> GpuRequest:
    lists = {name: tuple(content[name]) for name in ("choice", "granted")}
    return GpuRequest(**(content | lists))


def take(job: GpuRequest, devices: Sequence[Device], queue: Queue) -> tuple[int, tuple[Device, ...]]:
    """Wait until there is room for a job.

    Returns:
        a descriptor that holds the devices as long as any process has it open, and the devices.
    """
    descriptor, job = queue.enter(job)
    said = ""
    while True:
        with queue.alone():
            others = queue.others(job)
            granted = grant(job, others, devices)
            if granted:
                queue.write(descriptor, replace(job, granted=tuple(device.name for device in granted)))
                return descriptor, granted
        if (why := _waits_for(job, others)) != said:
            print(why, file=sys.stderr, flush=True)
            said = why
        time.sleep(POLL_SECONDS)


def _waits_for(job: GpuRequest, others: tuple[GpuRequest, ...]) -> str:
    held = ", ".join(f"{other.stage} (process {other.process})" for other in holders(job, others))
    before = len(ahead(job, others))
    behind = f", behind {before} that came before" if before else ""
    return f"{job.stage} waits for a GPU: held by {held or 'nobody'}{behind}"


def default_folder() -> Path:
    """Where the jobs of this user meet: always the same place, whatever session they were started from."""
    return Path(os.environ.get(FOLDER) or f"/tmp/heldout-gpu-slots-{os.geteuid()}")


def become(command: Sequence[str], devices: Sequence[Device]) -> int:
    """Run the command in this process's place, on these devices alone."""
    environment = dict(os.environ)
    if devices:
        names = ",".join(device.name for device in devices)
        # Apptainer hands on what is called so, and nothing else of a cleaned environment.
        environment |= {"CUDA_VISIBLE_DEVICES": names, "APPTAINERENV_CUDA_VISIBLE_DEVICES": names}
    words = filled(command, devices)
    try:
        os.execvpe(words[0], words, environment)
    except OSError as error:
        print(f"{words[0]}: {error.strerror}", file=sys.stderr)
        return NOT_FOUND


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m heldout.compiler.launch.slots", description=__doc__)
    parser.add_argument("--gpus", type=int, default=1, metavar="N", help="how many GPUs (default 1)")
    parser.add_argument("--gpu-mem-mb", type=int, metavar="M", help="a share of one GPU; default: all of it")
    parser.add_argument("--for", dest="stage", default="a job", metavar="STAGE", help="who waits")
    parser.add_argument("--given", action="store_true", help="a scheduler gave the GPUs: wait for nothing")
    parser.add_argument("command", nargs="+", metavar="-- COMMAND", help="what runs then")
    arguments = parser.parse_args(argv)
    try:
        devices = visible_devices()
        if not devices:
            print(f"{arguments.stage}: there is no GPU here, so it runs on the CPU", file=sys.stderr)
        if not devices or arguments.given:
            return become(arguments.command, devices)
        choice = tuple(device.name for device in devices)
        job = GpuRequest(0, arguments.stage, os.getpid(), arguments.gpus, arguments.gpu_mem_mb, choice)
        if why := never(job, devices):
            print(f"error: {why}", file=sys.stderr)
            return NEVER
        descriptor, granted = take(job, devices, Queue(default_folder()))
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return NEVER
    except KeyboardInterrupt:
        return INTERRUPTED
    os.set_inheritable(descriptor, True)  # the lock is the command's from here on
    return become(arguments.command, granted)


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
