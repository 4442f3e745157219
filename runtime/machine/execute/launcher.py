"""Start the processes that compute the tasks of a shard together, and see them to their end.

What torchrun does, with its variables, so that libraries find what they expect; `torchrun -m heldout.runtime`
works as well. Ours because exit codes tell Snakemake and people what happened, a signal is passed on as it is
and waited for as long as a checkpoint takes, and a failed task is told apart from a failed machine.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from heldout.runtime.machine.execute.shard import PlanError
from heldout.runtime.machine.execute.spread import Spread

AGAIN = 75  # of a process whose task failed on it alone: start all again, and count that task as failed
FAULT = 3  # of a job whose machine failed
STOPPED = (128 + signal.SIGINT, 128 + signal.SIGTERM)

FAILURES = "HELDOUT_FAILURES"  # the file of tasks that are known to fail
LIFELINE = "HELDOUT_LIFELINE"  # a descriptor that is at its end when the launcher is gone
NODE = "HELDOUT_NODE_RANK"  # which of several machines this is
POLL_SECONDS = 0.05
GRACE_SECONDS = 15.0  # for the others to end by themselves after one has
TAIL = 30  # lines of a process's output that are shown when it fails


@dataclass
class _Stop:
    """Passes signals on to processes."""

    processes: Sequence[subprocess.Popen[bytes]] = ()
    received: int | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        self.received = number
        for process in self.processes:
            process.send_signal(number)


@dataclass
class Launcher:
    """Starts the processes of one machine.

    Attributes:
        spread: over how many.
        outputs: what others than the first process say goes to `OUTPUTS.rankN.log`; None: where ours does.
        held: descriptors of locks that the processes keep until the last of them has ended.
        attempts: how often all are started again at most.
    """

    spread: Spread
    outputs: Path | None
    held: Sequence[int] = ()
    attempts: int = 1
    _stop: _Stop = field(default_factory=_Stop)

    def run(self, command: Sequence[str]) -> int:
        """Run a command in every process.

        Returns:
            the exit code of the job.
        """
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            return self._until_it_ends(command)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _until_it_ends(self, command: Sequence[str]) -> int:
        with tempfile.TemporaryDirectory(prefix="heldout-") as folder:
            beside = self.outputs or Path(folder) / "shard"  # several machines share the first
            failures = beside.with_name(f"{beside.name}.failures")
            failures.unlink(missing_ok=True)
            for _ in range(self.attempts + 1):
                code = self._once(command, failures)
                if code != AGAIN or self._stop.received is not None:
                    break
            failures.unlink(missing_ok=True)
        return FAULT if code == AGAIN else code

    def _once(self, command: Sequence[str], failures: Path) -> int:
        node = int(os.environ.get(NODE, "0"))
        address, port = _meeting_place(self.spread)
        lifeline, own_end = os.pipe()
        keep = [lifeline, *self.held]
        processes = []
        try:
            for local in range(self.spread.processes):
                rank = node * self.spread.processes + local
                variables = {
                    "RANK": str(rank),
                    "LOCAL_RANK": str(local),
                    "WORLD_SIZE": str(self.spread.size),
                    "LOCAL_WORLD_SIZE": str(self.spread.processes),
                    "GROUP_RANK": str(node),
                    "MASTER_ADDR": address,
                    "MASTER_PORT": str(port),
                    FAILURES: str(failures),
                    LIFELINE: str(lifeline),
                }
                with self._output(rank) as file:
                    processes.append(
                        subprocess.Popen(
                            command,
                            env=os.environ | _on_one_machine(self.spread) | variables,
                            pass_fds=keep,
                            stdout=file,
                            stderr=file,
                        )
                    )
            self._stop.processes = processes
            if self._stop.received is not None:  # while they were being started
                self._stop(self._stop.received, None)
            codes = self._wait(processes)
        finally:
            self._stop.processes = ()
            for process in processes:
                if process.poll() is None:
                    process.kill()
                    process.wait()
            os.close(lifeline)
            os.close(own_end)
        return self._came_to(codes, node)

    @contextlib.contextmanager
    def _output(self, rank: int) -> Iterator[int | None]:
        """Where a process writes: the first where we do."""
        path = self._path(rank)
        if path is None:
            yield None
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            yield file.fileno()

    def _path(self, rank: int) -> Path | None:
        if rank == 0 or self.outputs is None:
            return None
        return self.outputs.with_name(f"{self.outputs.name}.rank{rank}.log")

    def _wait(self, processes: Sequence[subprocess.Popen[bytes]]) -> list[int]:
        """Until all have ended: of their own accord, or some time after one has failed."""
        until: float | None = None
        while any(process.poll() is None for process in processes):
            codes = [process.returncode for process in processes if process.poll() is not None]
            bad = [code for code in codes if code not in (0, *STOPPED)]
            if until is None and bad:
                until = time.monotonic() + (0.0 if AGAIN in bad else GRACE_SECONDS)
            if until is not None and time.monotonic() >= until:
                for process in processes:
                    if process.poll() is None:
                        process.kill()  # it waits for one that has gone, and hears no signal meanwhile
                break
            time.sleep(POLL_SECONDS)
        before = [process.poll() for process in processes]
        ended = [process.wait() for process in processes]
        # What we killed says nothing of why.
        return [FAULT if own is None else code for own, code in zip(before, ended, strict=True)]

    def _came_to(self, codes: Sequence[int], node: int) -> int:
        """The exit code of the job, and what people should know of it."""
        first = node * self.spread.processes
        if AGAIN in codes:
            return AGAIN
        killed = {first + n: -code for n, code in enumerate(codes) if code < 0}
        for rank, number in killed.items():
            said = signal.Signals(number).name if number in {*signal.Signals} else f"signal {number}"
            print(f"error: process {rank} of {self.spread.size} was killed by {said}", file=sys.stderr)
        bad = [code for code in codes if code not in (0, *STOPPED)]
        if bad:
            for rank, code in enumerate(codes, first):
                if code not in (0, *STOPPED):
                    self._show(rank)
            return FAULT if killed else bad[0]
        return max(codes)

    def _show(self, rank: int) -> None:
        """The end of what a process said that nobody saw."""
        path = self._path(rank)
        if path is None or not path.is_file():
            return
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        if lines:
            print(f"process {rank} said last ({path}):", *lines, sep="\n  ", file=sys.stderr)


def _meeting_place(spread: Spread) -> tuple[str, int]:
    """Where the processes find each other.

    Raises:
        PlanError: there are several machines, and nothing says which is the first.
    """
    if spread.nodes == 1:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return "127.0.0.1", free.getsockname()[1]
    missing = [name for name in ("MASTER_ADDR", "MASTER_PORT", NODE) if name not in os.environ]
    if missing:
        raise PlanError(
            f"the stage asks for {spread.nodes} machines, and nothing says which this is "
            f"({', '.join(missing)}): run it with a profile for Slurm"
        )
    return os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])


def _on_one_machine(spread: Spread) -> Mapping[str, str]:
    """Gloo looks this machine's name up, which a container without a network does not have."""
    if spread.nodes > 1 or sys.platform != "linux" or "GLOO_SOCKET_IFNAME" in os.environ:
        return {}
    return {"GLOO_SOCKET_IFNAME": "lo"}


def with_present_gpus(spread: Spread) -> Spread:
    """A spread over the GPUs that this job sees: over one process where there are none at all.

    Raises:
        PlanError: there are some, and fewer than are asked for.
    """
    if not spread.gpu:
        return spread
    count = "import torch; print(torch.cuda.device_count())"
    said = subprocess.run([sys.executable, "-P", "-c", count], capture_output=True, text=True, check=False)
    there = int(said.stdout) if said.stdout.strip().isdigit() else 0
    if there >= spread.processes:
        return spread
    if there == 0 and spread.nodes == 1:
        print("there is no GPU here: one process takes the CPU", file=sys.stderr, flush=True)
        return Spread()
    raise PlanError(f"the stage asks for {spread.processes} GPUs of a machine, and this job sees {there}")
