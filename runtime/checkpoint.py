"""Checkpoints of long tasks: every few minutes and when the job is asked to stop; loaded when it comes back.

PyTorch is imported when there is something to save or load: a signature that names one is read without it.
"""

import json
import logging
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from heldout.runtime.operator import Interrupted
from heldout.runtime.rights import make_folders

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger("heldout.runtime.checkpoint")

SECONDS = 600.0  # between two checkpoints
PART = 0.02  # of a run's time that checkpoints may take; they come less often where they would take more
SETTING = "HELDOUT_CHECKPOINT_SECONDS"  # the environment variable; 0 is before every step

FILE = re.compile(r"checkpoint-(?P<number>\d+)(\.(?P<rank>\d+)-of-(?P<ranks>\d+))?\.safetensors")

Saved = tuple[dict[str, "Tensor"], dict[str, Any]]  # tensors, and notes as JSON holds them


class Whole(NamedTuple):
    """A checkpoint all of whose files are there.

    Attributes:
        number: the larger, the newer.
        ranks: of how many processes it is.
    """

    number: int
    ranks: int


class StopSignal:
    """Remembers that SIGTERM or SIGINT arrived, so that work ends at a safe place.

    Attributes:
        received: the number of the signal.
        agree: of the processes that compute one task together, the largest of their numbers: all stop at the
            same step, whichever of them was told first. All ask it equally often. None: this one is alone.
    """

    agree: Callable[[int], int] | None = None

    def __init__(self) -> None:
        self.received: int | None = None

    def asked(self) -> bool:
        """Whether work is to end, as all processes see it."""
        if self.agree is None:
            return self.received is not None
        agreed = self.agree(self.received or 0)
        if agreed:
            self.received = agreed
        return agreed > 0  # a signal that came meanwhile counts when all are asked again

    def install(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.received = number


class Checkpoint:
    """The checkpoint of one task. An operator that asks for one by type is given it.

    The last two are kept. Each is one file, or where several processes train one model, a file of each,
    and counts once all are there.

    Attributes:
        stop: whether the job was asked to stop. Where several processes compute a task, all look at the same
            steps and are told the same.
        folder: where it lies; None: nothing is kept. What an operator puts beside goes with it.
        signal: that ends the job, if any does.
        seconds: between two checkpoints.
    """

    def __init__(
        self,
        folder: Path | None = None,
        signal: StopSignal | None = None,
        seconds: float | None = None,
        rank: int = 0,
        ranks: int = 1,
        writes: bool = True,
    ) -> None:
        """
        Args:
            folder: of the task.
            signal: that ends the job.
            seconds: between two checkpoints; 0: before every step; None: what the environment says.
            rank: of this process among those that train one model.
            ranks: how many these are.
            writes: whether this process saves anything; else it loads what another one saved.
        """
        self.folder = folder
        self.signal = signal
        self.seconds = seconds_between() if seconds is None else seconds
        self._rank, self._ranks, self._writes = rank, ranks, writes
        self._writer: threading.Thread | None = None
        self._number: int | None = None  # of the next file
        self._memory: dict[str, Tensor] = {}  # pinned, which tensors of a GPU are copied to
        self._cost = 0.0  # seconds of a processor that the last one took
        self._due = time.monotonic() + self.seconds

    @property
    def stop(self) -> bool:
        return self.signal is not None and self.signal.asked()

    @property
    def writes(self) -> bool:
        """Whether this process is the one that keeps anything, of those that compute the task."""
        return self._writes

    @property
    def due(self) -> bool:
        """Whether it is time to save; False while the last one is being written."""
        if self.folder is None or not self._writes or time.monotonic() < self._due:
            return False
        return self.seconds == 0 or self._writer is None or not self._writer.is_alive()

    @property
    def exists(self) -> bool:
        return self._writer is not None or (self.folder is not None and self.folder.is_dir())

    def look(self, state: Callable[[], Saved], agreed: Callable[[bool], bool] = bool) -> None:
        """What a loop does before every step: save where it is time, and end where the job was asked to stop.

        Args:
            state: gives all that the next step depends on, as tensors and notes. The tensors may be those
                that training goes on to change: they are copied first.
            agreed: whether any of the processes that train together says that it is time to save.

        Raises:
            Interrupted: the job was asked to stop; the checkpoint is saved.
        """
        if self.stop:
            self.interrupt(*state())
        if agreed(self.due):
            self._save_behind(*state())

    def load(self) -> Saved | None:
        """The saved tensors and notes of the newest whole checkpoint, or None where there is none."""
        for one in reversed(self.whole()):
            saved = self._read(one)
            if saved is not None:
                return saved
            if self._writes and one.ranks == self._ranks:
                self._remove(one.number)
        return None

    def _read(self, one: "Whole") -> Saved | None:
        """What a checkpoint says to this process; None, with a warning, where that cannot be known."""
        from heldout.runtime.checkpoint_file import Damaged, read
        from heldout.runtime.checkpoint_parts import read_joined

        try:
            if one.ranks in (1, self._ranks):
                return read(self._path(one.number, min(self._rank, one.ranks - 1), one.ranks))
            paths = [self._path(one.number, rank, one.ranks) for rank in range(one.ranks)]
            return read_joined(paths, self._rank, self._ranks)
        except Damaged as error:
            path = self._path(one.number, min(self._rank, one.ranks - 1), one.ranks)
            log.warning("%s: the checkpoint is damaged (%s); an older one is taken, if any", path, error)
            return None

    def whole(self) -> "list[Whole]":
        """The checkpoints that lie there, oldest first; without any that lacks a process's file.

        Those of another number of processes are among them where their files can be read as one.
        """
        there: dict[Whole, int] = {}
        for path in self._paths():
            found = FILE.fullmatch(path.name)
            if found is not None:
                one = Whole(int(found["number"]), int(found["ranks"] or 1))
                there[one] = there.get(one, 0) + 1
        return sorted(one for one, count in there.items() if count == one.ranks)

    def numbers(self) -> list[int]:
        """Of the checkpoints of as many processes that lie there, oldest first."""
        return [one.number for one in self.whole() if one.ranks == self._ranks]

    def numbers_there(self) -> list[int]:
        """Of all files that lie there, whole checkpoints or not."""
        return [int(found["number"]) for path in self._paths() if (found := FILE.fullmatch(path.name))]

    def _paths(self) -> list[Path]:
        return list(self.folder.iterdir()) if self.folder is not None and self.folder.is_dir() else []

    def save(self, tensors: "dict[str, Tensor]", notes: dict[str, Any]) -> None:
        """Write a checkpoint now, beside the older one, and wait until it is on the disk."""
        if self.folder is None or not self._writes:
            return
        self._wait()
        self._write({name: tensor.detach().cpu() for name, tensor in tensors.items()}, json.dumps(notes))

    def interrupt(self, tensors: "dict[str, Tensor]", notes: dict[str, Any]) -> NoReturn:
        """Save, then end the task.

        Raises:
            Interrupted: always.
        """
        self.save(tensors, notes)
        raise Interrupted

    def clear(self) -> None:
        """Remove the checkpoints of a task that is finished."""
        self._wait()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _save_behind(self, tensors: "dict[str, Tensor]", notes: dict[str, Any]) -> None:
        """Copy what is to be saved, and write it while training goes on."""
        if not self._writes:
            return
        began = time.monotonic()
        self._wait()
        copied = self._copied(tensors)
        said = json.dumps(notes)
        self._cost = time.monotonic() - began
        self._writer = threading.Thread(target=self._write_or_warn, args=(copied, said))
        self._writer.start()
        self._put_off()

    def _copied(self, tensors: "dict[str, Tensor]") -> "dict[str, Tensor]":
        import torch

        copied = {}
        for name, tensor in tensors.items():
            if not tensor.is_cuda:
                copied[name] = tensor.detach().clone()
                continue
            memory = self._memory.get(name)
            if memory is None or memory.shape != tensor.shape or memory.dtype != tensor.dtype:
                memory = self._memory[name] = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
            copied[name] = memory.copy_(tensor.detach(), non_blocking=True)
        if any(tensor.is_cuda for tensor in tensors.values()):
            torch.cuda.synchronize()
        return copied

    def _write_or_warn(self, tensors: "dict[str, Tensor]", notes: str) -> None:
        began = time.thread_time()
        try:
            self._write(tensors, notes)
        except OSError as error:
            log.warning("%s: the checkpoint was not written (%s); training goes on", self.folder, error)
        self._cost += time.thread_time() - began
        self._put_off()

    def _put_off(self) -> None:
        """Wait for the next as long as was asked, or longer where they would take more than their part."""
        wait = self.seconds and max(self.seconds, self._cost / PART)
        self._due = time.monotonic() + wait

    def _write(self, tensors: "dict[str, Tensor]", notes: str) -> None:
        from heldout.runtime.checkpoint_file import write

        assert self.folder is not None
        make_folders(self.folder)
        if self._number is None:
            self._number = max((one.number for one in self.whole()), default=-1) + 1
            for half in self.folder.glob(f".{self._path(0).name.replace('-0', '-*', 1)}.*"):
                half.unlink(missing_ok=True)  # of a process that was killed
        write(self._path(self._number), tensors, notes)
        self._number += 1
        oldest = min((one.number for one in self.whole()[-2:]), default=0)
        for path in self._paths():
            found = FILE.fullmatch(path.name)
            if found is not None and int(found["number"]) < oldest:
                self._remove(int(found["number"]))

    def _remove(self, number: int) -> None:
        """Remove this process's file of a checkpoint; the first one, those of more or fewer processes too."""
        self._path(number).unlink(missing_ok=True)
        for path in self._paths() if self._rank == 0 else ():
            found = FILE.fullmatch(path.name)
            if (
                found is not None
                and int(found["number"]) == number
                and int(found["ranks"] or 1) != self._ranks
            ):
                path.unlink(missing_ok=True)

    def _path(self, number: int, rank: int | None = None, ranks: int | None = None) -> Path:
        """Of a process's file; this one's, among as many as there are, by default."""
        assert self.folder is not None
        rank, ranks = self._rank if rank is None else rank, self._ranks if ranks is None else ranks
        of = f".{rank}-of-{ranks}" if ranks > 1 else ""
        return self.folder / f"checkpoint-{number}{of}.safetensors"

    def _wait(self) -> None:
        if self._writer is not None:
            self._writer.join()
            self._writer = None


def seconds_between() -> float:
    """The seconds between two checkpoints that this job's environment asks for.

    Raises:
        ValueError: HELDOUT_CHECKPOINT_SECONDS is no number of seconds.
    """
    said = os.environ.get(SETTING, "")
    try:
        seconds = float(said or SECONDS)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"{SETTING} is {said!r}, and should be a number of seconds, such as 600")
    return seconds
