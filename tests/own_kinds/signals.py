"""Signals and notes on them: kinds of artifact that heldout does not have."""

from pathlib import Path
from typing import Annotated, NamedTuple, Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from heldout.runtime.artifacts import Artifact, Table
from heldout.runtime.operator import Metrics, operator


class Signal(Artifact):
    """A signal at equal steps of time. It is too much to be kept for good."""

    large = True

    def __init__(self, samples: Tensor) -> None:
        self.samples = samples

    def save(self, folder: Path) -> None:
        save_file({"samples": self.samples}, folder / "signal.safetensors")

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(load_file(folder / "signal.safetensors")["samples"])


class Note(Artifact):
    """A sentence on a signal."""

    def __init__(self, text: str) -> None:
        self.text = text

    def save(self, folder: Path) -> None:
        (folder / "note.txt").write_text(self.text)

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls((folder / "note.txt").read_text())


class Described(NamedTuple):
    note: Note
    table: Annotated[Table, Metrics("power", "signals")]


@operator
def record(*, frequency: float, length: int = 400_000) -> Signal:
    """A sine.

    Args:
        frequency: in cycles a sample.
        length: samples.
    """
    return Signal(torch.sin(2 * torch.pi * frequency * torch.arange(length)))


@operator
def describe(signals: list[Signal]) -> Described:
    """The mean power of signals, in words and as a number."""
    powers = [float(signal.samples.square().mean()) for signal in signals]
    power = sum(powers) / len(powers)
    found = {"power": power, "signals": len(signals)}
    return Described(Note(f"{len(signals)} signals of power {power:.2f}"), Table.of(found))
