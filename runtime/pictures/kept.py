"""Pictures that are kept as their files, of which none is held in memory."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from heldout.runtime.pictures.files import ColourMode, image_shape


class FolderContents:
    """The bytes of files in a folder: each is read, and checked, when it is asked for."""

    def __init__(self, root: Path, names: Sequence[str], digests: Sequence[bytes]) -> None:
        """Name files.

        Args:
            root: the folder.
            names: of the files in it.
            digests: the SHA-256 of each.
        """
        self._root, self._names, self._digests = root, names, digests

    def __len__(self) -> int:
        return len(self._names)

    def read(self, position: int) -> bytes:
        """The bytes of one file.

        Raises:
            ValueError: it has changed since its checksum was taken.
        """
        name = self._names[position]
        content = (self._root / name).read_bytes()
        if hashlib.sha256(content).digest() != self._digests[position]:
            raise ValueError(f"{name} has changed while it was imported")
        return content

    def sizes(self) -> np.ndarray:
        """The bytes that each file has now, [num_files], int64."""
        return np.array([(self._root / name).stat().st_size for name in self._names], dtype=np.int64)


class OneShape:
    """The shape that all pictures have which were looked at; None where they differ."""

    def __init__(self, mode: ColourMode) -> None:
        self._mode = mode
        self._seen: set[tuple[int, int, int]] = set()

    def look(self, content: bytes, name: str) -> None:
        """Look at the header of a picture.

        Raises:
            ValueError: it is no picture that can be read.
        """
        self.add(image_shape(content, name, self._mode))

    def look_in(self, root: Path, names: Iterable[str]) -> None:
        """Look at the headers of pictures in a folder.

        Raises:
            ValueError: one is no picture that can be read.
        """
        for name in names:
            with (root / name).open("rb") as file:
                self.add(image_shape(file, name, self._mode))

    def add(self, shape: tuple[int, int, int]) -> None:
        """Take note of a shape."""
        if len(self._seen) < 2:
            self._seen.add(shape)

    @property
    def shape(self) -> tuple[int, int, int] | None:
        """The one shape."""
        return next(iter(self._seen)) if len(self._seen) == 1 else None
