"""Commands that the runtime carries out: `python -m heldout.runtime …` in a process of its own."""

import importlib.util
import subprocess
import sys

from heldout.compiler.run.environment import runtime_environment
from heldout.compiler.terminal import MISSING, stop


def call_runtime(*arguments: object) -> int:
    """Run a command of the runtime; its exit code. Ends with exit code 3 where it is not installed."""
    if importlib.util.find_spec("pyarrow") is None:
        stop("the runtime is not installed", MISSING, "install it with `pip install 'heldout[runtime]'`")
    command = [sys.executable, "-P", "-m", "heldout.runtime", *map(str, arguments)]
    return subprocess.run(command, env=runtime_environment(), check=False).returncode
