"""The file that a part of an artifact was read from, which another artifact may hold by a link."""

from pathlib import Path
from typing import NamedTuple, Self


class StoredFile(NamedTuple):
    """A file as it was when it was opened. Files of artifacts are never written again, only removed.

    Attributes:
        path: where it lay.
        device: of its file system.
        inode: its number there.
        size: bytes.
    """

    path: Path
    device: int
    inode: int
    size: int

    @classmethod
    def at(cls, path: Path) -> Self:
        """The file that lies there now."""
        about = path.stat()
        return cls(path, about.st_dev, about.st_ino, about.st_size)

    @property
    def is_there(self) -> bool:
        """Whether this very file still lies there: one that was unpacked to be read does not."""
        try:
            return StoredFile.at(self.path) == self
        except OSError:
            return False
