"""Operators for tests of engines: one that takes its time, one that fills the disk, one that calls out."""

import socket
import subprocess
import sys
import time
from typing import Annotated, Literal

import numpy as np

from heldout.runtime.artifacts import Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=1.0)
def wait(*, cell: int, seconds: float = 1.0) -> Annotated[Table, Metrics("value")]:
    """A number, after some time.

    Differs from the paper: it is of no paper.

    Args:
        cell: the number.
        seconds: how long it takes.

    Returns:
        metric `value`, the number.
    """
    time.sleep(seconds)
    return Table.of({"value": float(cell)})


@operator(seconds=0.1)
def fill(*, cell: int, megabytes: int = 1) -> Annotated[Table, Metrics("value")]:
    """A table of numbers that cannot be compressed.

    Differs from the paper: it is of no paper.

    Args:
        cell: the seed of the numbers.
        megabytes: how many of them, at eight bytes each.

    Returns:
        metric `value`, drawn uniformly from [0, 1).
    """
    values = np.random.default_rng(cell).random(megabytes * 125_000)
    return Table.columns(metric=["value"] * len(values), value=values)


@operator(seconds=0.1)
def call(
    *, how: Literal["itself", "subprocess"], host: str, port: int
) -> Annotated[Table, Metrics("connected")]:
    """Try to reach a service.

    Differs from the paper: it is of no paper.

    Args:
        how: from the operator's own process, or from another program, which no guard watches.
        host: where the service is.
        port: where it listens.

    Returns:
        metric `connected`, 1 where it answered and 0 where it could not be reached.

    Raises:
        OSError: the operator's own process could not reach it.
    """
    if how == "itself":
        socket.create_connection((host, port), timeout=5).close()
        return Table.of({"connected": 1.0})
    program = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)"
    done = subprocess.run([sys.executable, "-I", "-c", program, host, str(port)], capture_output=True)
    return Table.of({"connected": float(done.returncode == 0)})
