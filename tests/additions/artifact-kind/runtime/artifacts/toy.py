"""Toy: a word."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from heldout.runtime.artifacts.artifact import Artifact


@dataclass(frozen=True)
class Toy(Artifact):
    """A word."""

    word: str

    def save(self, folder: Path) -> None:
        (folder / "word.txt").write_text(self.word)

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls((folder / "word.txt").read_text())
