"""Which modules Python finds by itself."""

import functools
import sys
from importlib.machinery import PathFinder
from pathlib import Path


@functools.cache
def is_installed(name: str, apart_from: Path) -> bool:
    """Whether a top-level name is a module that Python finds, in the place of any of a user's.

    Args:
        name: without dots.
        apart_from: a folder whose modules do not count, though it be on Python's path; nor do those
            of the working directory.
    """
    passing = {Path.cwd(), apart_from.resolve()}
    path = [entry for entry in sys.path if entry and Path(entry).resolve() not in passing]
    for finder in sys.meta_path:
        if finder is PathFinder:
            spec = PathFinder.find_spec(name, path)
        elif getattr(finder, "of_users", False) or not hasattr(finder, "find_spec"):
            continue
        else:
            spec = finder.find_spec(name, None)
        if spec is not None and spec.loader is not None and spec.origin is not None:
            return True
    return False
