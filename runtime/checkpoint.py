"""Checkpoints of long tasks: saved when the job is asked to stop, and loaded when it comes back."""

import json
import os
import shutil
import signal
from pathlib import Path
from types import FrameType

from safetensors.torch import load_file, save_file
from torch import Tensor

from runtime.operator import Interrupted


class StopSignal:
    """Remembers that SIGTERM or SIGINT arrived, so that work ends at a safe place."""

    def __init__(self) -> None:
        self.received: int | None = None

    def install(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.received = number


class Checkpoint:
    """The checkpoint of one task. An operator that asks for one by type is given it.

    Attributes:
        stop: whether the job was asked to stop; a long operator looks at it every few steps and
            calls `interrupt` when it is true.
    """

    def __init__(self, folder: Path | None = None, signal: StopSignal | None = None) -> None:
        self._folder = folder
        self._signal = signal

    @property
    def stop(self) -> bool:
        return self._signal is not None and self._signal.received is not None

    def load(self) -> tuple[dict[str, Tensor], dict[str, object]] | None:
        """The saved tensors and notes, or None where there is no whole checkpoint."""
        if self._folder is None or not (self._folder / "notes.json").is_file():
            return None
        notes = json.loads((self._folder / "notes.json").read_text())
        return load_file(self._folder / "tensors.safetensors"), notes

    def save(self, tensors: dict[str, Tensor], notes: dict[str, object]) -> None:
        """Replace the checkpoint: written beside, then renamed, so that one of the two is whole."""
        if self._folder is None:
            return
        beside = self._folder.with_name(f"{self._folder.name}.{os.getpid()}")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, beside / "tensors.safetensors")
        (beside / "notes.json").write_text(json.dumps(notes))
        shutil.rmtree(self._folder, ignore_errors=True)
        os.replace(beside, self._folder)

    def interrupt(self, tensors: dict[str, Tensor], notes: dict[str, object]) -> None:
        """Save, then end the task.

        Raises:
            Interrupted: always.
        """
        self.save(tensors, notes)
        raise Interrupted

    def clear(self) -> None:
        """Remove the checkpoint of a task that is finished."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
