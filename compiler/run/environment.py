"""The environment in which the command line runs other programs."""

import os
import sys
from pathlib import Path


def runtime_environment() -> dict[str, str]:
    """This process's environment, with this Python's programs first on the path.

    Python looks for no modules in the folder that a program is started in, nor does the Python of what that
    starts, such as Snakemake's jobs on a cluster: a user's `random.py` or `train/` may lie there.
    """
    programs = str(Path(sys.executable).parent)
    path = programs + os.pathsep + os.environ.get("PATH", "")
    return {**os.environ, "PATH": path, "PYTHONSAFEPATH": "1"}


def runtime_command(*arguments: object) -> list[str]:
    """The command line of a command of the runtime."""
    return [sys.executable, "-P", "-m", "heldout.runtime", *map(str, arguments)]
