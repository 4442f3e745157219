"""Scripts that take seconds to make, kept in the user's cache folder."""

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from heldout.runtime.files import write


def cache_folder() -> Path:
    """Where this user's programs keep what they can make again: `$XDG_CACHE_HOME`, else `~/.cache`."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if named.startswith("/") else Path.home() / ".cache") / "heldout"


def cached_script(name: str, make: Callable[[], str]) -> str:
    """A script from the cache, else a new one, which is kept there if that is possible.

    The file begins with the script's SHA-256, so that one that was cut short is made again.

    Args:
        name: of the file; it says all that decides what the script is.
        make: makes the script.
    """
    try:
        path = cache_folder() / name
        digest, _, script = path.read_bytes().decode().partition("\n")
        if hashlib.sha256(script.encode()).hexdigest() == digest:
            return script
    except (OSError, ValueError, RuntimeError):  # none yet, not text, or a user without a home
        pass
    script = make()
    with contextlib.suppress(OSError, RuntimeError):
        write(cache_folder() / name, f"{hashlib.sha256(script.encode()).hexdigest()}\n{script}")
    return script
