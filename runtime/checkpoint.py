"""Checkpoints of long tasks: saved when the job is asked to stop, and loaded when it comes back.

PyTorch is imported when there is something to save or load: a signature that names one is read without it.
"""

import hashlib
import json
import logging
import os
import shutil
import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from safetensors import SafetensorError, safe_open

from heldout.runtime.operator import Interrupted
from heldout.runtime.rights import as_its_folder, make_folders

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger("heldout.runtime.checkpoint")

FILE = "checkpoint.safetensors"


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

    @property
    def exists(self) -> bool:
        return self._folder is not None and self._folder.is_dir()

    def load(self) -> tuple[dict[str, "Tensor"], dict[str, Any]] | None:
        """The saved tensors and notes, as JSON holds them, or None where there is no whole checkpoint."""
        if self._folder is None or not (self._folder / FILE).is_file():
            return None
        from safetensors.torch import load_file

        try:
            with safe_open(self._folder / FILE, framework="pt") as file:
                metadata = file.metadata()
            tensors, notes = load_file(self._folder / FILE), json.loads(metadata["notes"])
            if metadata["sha256"] != _checksum(tensors, metadata["notes"]):
                raise ValueError("it has not its checksum")
            return tensors, notes
        except (KeyError, TypeError, ValueError, OSError, SafetensorError) as error:
            log.warning("%s: the checkpoint is damaged (%s); the task starts again", self._folder, error)
            return None

    def save(self, tensors: dict[str, "Tensor"], notes: dict[str, object]) -> None:
        """Replace the checkpoint: one file, written beside, then renamed, so that it is always whole."""
        if self._folder is None:
            return
        from safetensors.torch import save_file

        make_folders(self._folder)
        beside = self._folder / f".{FILE}.{os.getpid()}"
        whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        said = json.dumps(notes)
        save_file(whole, beside, metadata={"notes": said, "sha256": _checksum(whole, said)})
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        as_its_folder(beside)
        beside.replace(self._folder / FILE)

    def interrupt(self, tensors: dict[str, "Tensor"], notes: dict[str, object]) -> NoReturn:
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


def _checksum(tensors: dict[str, "Tensor"], notes: str) -> str:
    """Of all that a checkpoint holds: a bit that flips in weights would go on as another training."""
    import torch

    checksum = hashlib.sha256(notes.encode())
    for name in sorted(tensors):
        checksum.update(f"\0{name}\0".encode())
        # A tensor of one element may have any stride, which a view as bytes does not take.
        flat = tensors[name].contiguous().as_strided((tensors[name].numel(),), (1,))
        checksum.update(flat.view(torch.uint8).numpy().data)
    return checksum.hexdigest()
