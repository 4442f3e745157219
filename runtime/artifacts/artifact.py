"""What passes between stages: folders that any tool can read without heldout."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Self


class Artifact(ABC):
    """Something that a stage makes and another reads.

    A kind of artifact is a class; its name is the kind's name in the catalog. The bytes that
    `save` writes depend on the value alone: no time, host or order of insertion.
    """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the artifact's files into an empty folder."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ValueError: the folder does not hold this kind of artifact.
        """

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> Self | None:
        """Read what `save` wrote from its files' bytes, by their names inside the folder.

        For kinds whose small files are read by the thousand, where a folder for each would take
        longer than all else. None, as here: this kind is read from a folder.

        Raises:
            ValueError: they do not hold this kind of artifact.
        """
        return None
