"""One file of a checkpoint: whole, or none."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from heldout.runtime.rights import as_its_folder


class Damaged(Exception):
    """A file is no whole checkpoint; the message says how that is known."""


def write(path: Path, tensors: dict[str, Tensor], notes: str) -> None:
    """Write a file beside its place and rename it, so that it is always whole.

    Args:
        path: its place.
        tensors: on the CPU.
        notes: JSON.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    whole = {name: tensor.contiguous() for name, tensor in tensors.items()}
    save_file(whole, beside, metadata={"notes": notes, "sha256": _checksum(whole, notes)})
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    as_its_folder(beside)
    beside.replace(path)


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and notes of a file.

    Raises:
        Damaged: it is cut short, or has not its checksum.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
        tensors, notes = load_file(path), json.loads(metadata["notes"])
        if metadata["sha256"] != _checksum(tensors, metadata["notes"]):
            raise Damaged("it has not its checksum")
    except (KeyError, TypeError, ValueError, OSError, SafetensorError) as error:
        raise Damaged(str(error)) from error
    return tensors, notes


def _checksum(tensors: dict[str, Tensor], notes: str) -> str:
    """Of all that a checkpoint holds: a bit that flips in weights would go on as another training."""
    checksum = hashlib.sha256(notes.encode())
    for name in sorted(tensors):
        checksum.update(f"\0{name}\0".encode())
        # A tensor of one element may have any stride, which a view as bytes does not take.
        flat = tensors[name].contiguous().as_strided((tensors[name].numel(),), (1,))
        checksum.update(flat.view(torch.uint8).numpy().data)
    return checksum.hexdigest()
