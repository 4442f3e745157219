"""The files of bases: read only where they lie as they are named, without links, and within bounds."""

import os
import stat
from pathlib import Path

from heldout.compiler.syntax.including import Fetch, NotFetched
from heldout.compiler.syntax.yaml_reader import MAX_BYTES


def fetch_beside(spec: Path) -> Fetch:
    """What reads the bases of a spec.

    Their paths are from the spec's folder and lead at most into folders beside it, which was seen to before;
    no part of them may be a link, since a link leads anywhere.
    """

    def fetch(path: str) -> bytes:
        folder = spec.parent.resolve()
        file = Path(os.path.normpath(folder / path))
        try:
            if os.path.realpath(file) != str(file):  # which goes in no circle, as `resolve` may
                raise NotFetched(f"`{path}` is a link, or lies behind one")
            descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NotFetched(f"there is no file `{path}` from the folder of the spec") from None
        except OSError as error:
            raise NotFetched(f"`{path}` cannot be read: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotFetched(f"`{path}` is no file")
        with os.fdopen(descriptor, "rb") as opened:
            return opened.read(MAX_BYTES + 1)

    return fetch
