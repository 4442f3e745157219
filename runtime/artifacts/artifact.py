"""What passes between stages: folders that any tool can read without heldout."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self


class Artifact(ABC):
    """Something that a stage makes and another reads.

    A kind of artifact is a class; its name is the kind's name in the catalog. The bytes that
    `save` writes depend on the value alone: no time, host or order of insertion.

    What holds for all artifacts of a kind stands on its class and nowhere else. The catalog carries
    it to the compiler, together with whether the class says what hides its labels (`without_labels`).

    Attributes:
        large: archives leave them out unless asked for everything, and before a run their sizes
            alone are looked at.
        heavy: what reads one trains, infers or goes through whole data, which a check of an archive
            does not do again.
        holds_rows: it holds rows of data, which a split may hold out.
        holds_metrics: its numbers are metrics, which claims, figures and `${stage.metric}` name.
            Reports read it as a Table, which it extends.
        is_number: one number of a kind that holds metrics; a view, which no store keeps.
    """

    large: ClassVar[bool] = False
    heavy: ClassVar[bool] = False
    holds_rows: ClassVar[bool] = False
    holds_metrics: ClassVar[bool] = False
    is_number: ClassVar[bool] = False

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

    def without_labels(self) -> Self:
        """The artifact with all that answers removed, which is what ports of `Use.ADAPTS` are given.

        A kind that holds labels says here what it is without them. One that does not, as here, is
        given as it is, and the compiler takes all that it knows to be known there.
        """
        return self
