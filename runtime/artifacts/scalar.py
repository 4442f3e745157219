"""Scalar: one number of a Table, as an input of an operator."""

from pathlib import Path
from typing import Self

from heldout.runtime.artifacts.artifact import Artifact


class Scalar(float, Artifact):
    """One number read from a Table: what `${stage.metric}` gives to a port of this type.

    Only a view: a Scalar is never an output and has no files of its own.
    """

    is_number = True

    def save(self, folder: Path) -> None:
        raise TypeError("a Scalar is a view of a Table and is not saved")

    @classmethod
    def load(cls, folder: Path) -> Self:
        raise TypeError("a Scalar is a view of a Table and is not loaded")
