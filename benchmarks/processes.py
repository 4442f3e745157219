"""Time a command in a process of its own, with the memory that it took at most."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).parents[1]


class Measured(NamedTuple):
    """What a process took and said.

    Attributes:
        seconds: from its start to its end.
        cpu_seconds: of it and of the processes that it waited for, and theirs, user and system.
        peak_mb: the largest resident set of it or of a process that it waited for (`ru_maxrss`).
        output: its standard output.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str

    def json(self) -> Any:
        """The last line of the output, which the modules of this package write as JSON."""
        return json.loads(self.output.splitlines()[-1])


def peak_mb() -> float:
    """The largest resident set that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def free_mb() -> float:
    """What this machine has left of memory, as far as it tells."""
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(arguments: Sequence[str], folder: Path) -> Measured:
    """Run this Python with arguments in a folder, on one thread, and measure it.

    Raises:
        RuntimeError: it ended with an error; the end of what it wrote is in the message.
    """
    paths = [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",  # `python -m heldout.runtime` would else start again with it
    }
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-P", *arguments], cwd=folder, env=environment, stdout=output, stderr=errors
        )
        # Not `wait`: only wait4 says what this one child has used.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            said = (output.read() + errors.read()).decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}:\n{said}")
        cpu_seconds = usage.ru_utime + usage.ru_stime
        return Measured(seconds, cpu_seconds, usage.ru_maxrss / 1024, output.read().decode())


def measure_all(commands: Sequence[Sequence[str]], folder: Path, at_once: int) -> float:
    """Run this Python with each of several arguments, so many at a time; the seconds that it took.

    Raises:
        RuntimeError: one of them ended with an error.
    """
    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as launcher:
        list(launcher.map(lambda arguments: measure(arguments, folder), commands))
    return time.perf_counter() - began
