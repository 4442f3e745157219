"""An archive that is read, and by what name it is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heldout.compiler.archive.reader import Archive, open_archive
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.refusal import Refusal


@contextmanager
def opened(file: Path, trust_operators: bool) -> Iterator[Archive]:
    """An archive that is read in the block.

    Raises:
        Refusal: the file cannot be read; or, also later in the block, it is refused.
    """
    try:
        with _open(file, trust_operators) as archive:
            yield archive
    except ArchiveRefused as refused:
        raise Refusal(f"{file}: error[{refused.code}]: {refused}", refused.hint) from refused


def _open(file: Path, trust_operators: bool) -> Archive:
    try:
        return open_archive(file, trust_operators)
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}") from error
