"""What of a store cannot be read: said once, and taken for not there."""

import functools
import logging
from pathlib import Path

log = logging.getLogger("heldout.store")


@functools.cache
def tell(path: Path, why: str) -> None:
    """Say that a file counts as not there, once for each command.

    Args:
        path: of the file.
        why: the rest of a sentence about it.
    """
    log.warning("%s: %s", path, why)


def tell_anew() -> None:
    """Forget what was said, as when another command begins in this process."""
    tell.cache_clear()
