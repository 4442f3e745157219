"""The environment of every process that the compiler starts: made here, and nowhere else."""

import os
import pwd
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

# By which the user's shell would change what Python does in a child: its modules, asserts, start and end.
LEFT_OUT = frozenset({"PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONOPTIMIZE"})
PYTHON_PATH = "PYTHONPATH"


def child_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment as a child gets it.

    - This Python's programs come first on the path, whether or not its environment was activated.
    - Python looks for no modules in the folder that a program is started in, nor does the Python of what
      that starts: a user's `random.py` or `train/` may lie there. It is told of none of the user's
      PYTHONPATH, unless heldout itself was found by that, as in its images.
    - Files and streams are UTF-8, whatever the locale is.
    - There is a home and a place for caches that can be written, and a name for the user.

    Args:
        more: variables besides, which take the place of these.
    """
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    path = _programs_first(os.environ.get("PATH", os.defpath))
    own = {"PATH": path, "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"}
    environment = kept | own | of_the_user(os.environ)
    environment.pop(PYTHON_PATH, None)
    if python_path := own_python_path(os.environ):
        environment[PYTHON_PATH] = python_path
    return environment | dict(more or {})


def runtime_command(*arguments: object) -> list[str]:
    """The command line of a command of the runtime."""
    return [sys.executable, "-P", "-m", "heldout.runtime", *map(str, arguments)]


def own_python_path(environment: Mapping[str, str]) -> str:
    """PYTHONPATH where heldout itself was found by it, else nothing."""
    places = [place for place in environment.get(PYTHON_PATH, "").split(os.pathsep) if place.startswith("/")]
    door = Path(__file__).absolute().parents[2]  # the folder that `heldout` lies in, as it was found
    found = any(Path(place).absolute() == door for place in places)
    return os.pathsep.join(places) if found else ""


def of_the_user(environment: Mapping[str, str]) -> dict[str, str]:
    """What programs need to know of the user and are not told: a name, a home, a place for caches.

    Users of containers and clusters may have no entry in passwd, no HOME, or one that cannot be written.
    A home that can be read is left as it is, since keys and settings lie there; then caches alone go
    elsewhere, and what was downloaded from the hub before is still found.
    """
    found: dict[str, str] = {}
    name, home = _known_as()
    if not name and not any(environment.get(variable) for variable in ("LOGNAME", "USER")):
        found |= {"LOGNAME": f"uid-{os.geteuid()}", "USER": f"uid-{os.geteuid()}"}
    home = environment.get("HOME") or home
    if not home or not Path(home).is_dir():
        return found | {"HOME": str(own_folder())}
    found["HOME"] = home
    caches = Path(environment.get("XDG_CACHE_HOME") or Path(home, ".cache"))
    if not is_writable(caches):
        found["XDG_CACHE_HOME"] = str(own_folder() / "cache")
        hub = caches / "huggingface"
        if not environment.get("HF_HOME") and hub.is_dir() and os.access(hub, os.R_OK | os.X_OK):
            found["HF_HOME"] = str(hub)
    return found


def is_writable(folder: Path) -> bool:
    """Whether a folder can be written, or made."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def home_instead() -> Path:
    """Where a folder lies, or would, that takes the place of a home."""
    return Path(tempfile.gettempdir(), f"heldout-home-{os.geteuid()}")


def own_folder() -> Path:
    """A folder of this user's own that can be written, in the place of a home: always the same one.

    Raises:
        PermissionError: another user has taken its name.
    """
    folder = home_instead()
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to another user: name a folder of your own in HOME")
    return folder


def _known_as() -> tuple[str, str]:
    """The user's name and home by passwd; empty where there is no entry."""
    try:
        about = pwd.getpwuid(os.geteuid())
    except KeyError:
        return "", ""
    return about.pw_name, about.pw_dir


def _programs_first(path: str) -> str:
    programs = str(Path(sys.executable).parent)
    return os.pathsep.join([programs, *(place for place in path.split(os.pathsep) if place != programs)])
