"""Where Python finds a module by itself, and whether its code is a library's or somebody's at work on it."""

import functools
import itertools
import site
import sys
import sysconfig
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import NamedTuple

MOST_MODULES = 200  # of a package that somebody is taken to work on; reading a larger one takes seconds


class Installed(NamedTuple):
    """A module that Python finds.

    Attributes:
        place: a package's folder, or the file of a module that is none.
        followed: it belongs to no library: it lies on PYTHONPATH, or is installed for development, and
            may change from one day to the next.
    """

    place: Path
    followed: bool


@functools.cache
def installed(name: str, apart_from: Path | None) -> Installed | None:
    """What Python finds by a top-level name; None: nothing.

    Args:
        name: without dots; none of Python's own modules.
        apart_from: a folder whose modules do not count, though it be on Python's path; nor do those
            of the working directory.
    """
    passed = {Path.cwd(), *([apart_from.resolve()] if apart_from is not None else [])}
    path = [entry for entry in sys.path if entry and Path(entry).resolve() not in passed]
    for finder in sys.meta_path:
        if getattr(finder, "of_users", False) or not hasattr(finder, "find_spec"):
            continue
        spec = PathFinder.find_spec(name, path) if finder is PathFinder else finder.find_spec(name, None)
        if spec is not None and spec.loader is not None and spec.origin is not None:
            return _described(spec, spec.origin)
    return None


def _described(spec: ModuleSpec, origin: str) -> Installed:
    path = Path(origin)
    place = path.parent if spec.submodule_search_locations is not None else path
    own = (
        path.suffix == ".py" and path.is_file() and not any(map(path.resolve().is_relative_to, _libraries()))
    )
    return Installed(place, own and (place == path or not _is_large(place)))


def _is_large(package: Path) -> bool:
    return sum(1 for _ in itertools.islice(package.rglob("*.py"), MOST_MODULES + 1)) > MOST_MODULES


@functools.cache
def _libraries() -> tuple[Path, ...]:
    """The folders that libraries are installed in."""
    named = {sysconfig.get_path(key) for key in ("purelib", "platlib", "stdlib", "platstdlib")}
    return tuple(Path(one).resolve() for one in {*named, *site.getsitepackages(), site.getusersitepackages()})
