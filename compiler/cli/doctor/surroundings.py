"""What commands and jobs are started in: the home, the locale, the path, and what lies where one works."""

import locale
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from heldout.compiler.environment import home_instead, own_python_path
from heldout.compiler.finding import Finding
from heldout.compiler.store.flock import SHARED, locked, opened

_SHADOWED = 3  # names that are told, of modules that lie here


def look_at_surroundings(store: Path) -> Iterator[Finding]:
    told = os.environ  # with what commands add to it of the user
    yield _home(told["HOME"], told.get("XDG_CACHE_HOME", ""))
    if told.get("USER") == (name := f"uid-{os.geteuid()}"):
        yield Finding("user", "fine", f"has no name here: programs are told {name}")
    encoding = locale.getencoding()
    of_utf8 = encoding.lower().replace("-", "") == "utf8"
    yield Finding("locale", "fine", encoding if of_utf8 else f"{encoding}; commands and jobs use UTF-8")
    if (path := told.get("PYTHONPATH")) and not own_python_path(told):
        hint = "install what operators import, or put it beside their file"
        yield Finding("PYTHONPATH", "doubtful", f"{path}: commands and jobs do not look there", hint)
    yield _python()
    yield from _shadows()
    yield _locks(store)


def _home(home: str, caches: str) -> Finding:
    """The home, and where caches go if not there."""
    instead = home_instead()
    if home == str(instead):
        return Finding("home", "fine", f"there is none: caches go to {home}")
    if Path(caches).is_relative_to(instead):
        return Finding("home", "fine", f"{home} cannot be written: caches go to {caches}")
    return Finding("home", "fine", home)


def _python() -> Finding:
    """Which Python stands first on the path: plain commands of the user's own meet that one."""
    found = shutil.which("python")
    own = Path(sys.executable).parent
    if found is not None and Path(found).parent == own:
        return Finding("environment", "fine", f"activated: {own}")
    other = f"`python` is {found}" if found else "there is no `python` on the path"
    return Finding("environment", "fine", f"not activated ({other}); heldout and its jobs use {own}")


def _shadows() -> Iterator[Finding]:
    """Modules here that are called as some of Python's own are: a script of the user's would import them."""
    here = {path.stem for path in Path().glob("*.py")} | {
        path.parent.name for path in Path().glob("*/__init__.py")
    }
    if shadowing := sorted(here & sys.stdlib_module_names):
        names = ", ".join(shadowing[:_SHADOWED]) + (" …" if len(shadowing) > _SHADOWED else "")
        yield Finding("modules here", "fine", f"{names}: called as Python's own, which commands and jobs use")


def _locks(store: Path) -> Finding:
    """Whether the file system of the store has locks."""
    name = f"locks of {store}"
    if not store.is_dir():
        return Finding(name, "fine", "there is no store yet")
    try:
        descriptor = opened(store / ".lock")
    except OSError as error:
        hint = "docs/sharing-a-store.md says how a store is shared"
        return Finding(name, "doubtful", f"cannot be opened: {error.strerror}", hint)
    try:
        has = locked(descriptor, SHARED)
    except BlockingIOError:
        has = True  # `heldout gc` holds it
    finally:
        os.close(descriptor)
    if has:
        return Finding(name, "fine", "the file system has them")
    hint = "runs leave leases, and `heldout gc --delete` refuses (docs/sharing-a-store.md)"
    return Finding(name, "doubtful", "the file system has none", hint)
