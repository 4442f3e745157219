"""The environment in which the command line runs other programs."""

import os
import sys
from pathlib import Path


def runtime_environment() -> dict[str, str]:
    """This process's environment, with this Python's programs first on the path."""
    programs = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": programs + os.pathsep + os.environ.get("PATH", "")}
