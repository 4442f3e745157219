"""By the content of a call, the task that has its result: what the record of a task calls its `content`.

Small results are found by the lines of the packs' indexes, which are read anyway; each large one has a file
`contents/AB/CONTENT` that names its task. Both only say where to look: who looks checks the record.
"""

import contextlib
from pathlib import Path

from heldout.runtime.files import write
from heldout.runtime.machine.store.record import is_task

FOLDER = "contents"


class Contents:
    """Tasks by the content of their calls."""

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER
        self._packed: dict[str, str] = {}

    def note(self, content: str, task: str) -> None:
        """A small result is in a pack."""
        self._packed[content] = task

    def write(self, content: str, task: str) -> None:
        """Write down where a large result is.

        Raises:
            OSError: the disk is full, or the store cannot be written.
        """
        write(self._folder / content[:2] / content, task)

    def find(self, content: str) -> str | None:
        """A task whose record may say this content."""
        if content in self._packed:
            return self._packed[content]
        with contextlib.suppress(OSError, UnicodeDecodeError):
            task = (self._folder / content[:2] / content).read_text(encoding="ascii")
            return task if is_task(task) else None
        return None
