"""The runtime, in a process of its own."""

import importlib.util
import os
import resource
import subprocess
from dataclasses import dataclass
from typing import Self

from heldout.compiler.environment import child_environment, runtime_command
from heldout.compiler.refusal import Missing
from heldout.compiler.words import how_to_install

# A small archive gets no large machine to fill; threads have stacks and buffers of their own.
_LEAST_BYTES, _BYTES_A_THREAD, _BYTES_A_BYTE = 3 * 2**30, 64 * 2**20, 16

INSTALL = f"install it with `{how_to_install('runtime')}`"


def require_runtime(*packages: str, otherwise: str = "") -> None:
    """See that the runtime is installed, by packages of it.

    Args:
        packages: that are needed; the compiler has none of them.
        otherwise: what could be done instead, in words.

    Raises:
        Missing: one of them is not there.
    """
    if not all(map(importlib.util.find_spec, packages)):
        raise Missing("the runtime is not installed", f"{INSTALL}{otherwise}")


@dataclass(frozen=True)
class Bounds:
    """How much a process may take that reads what anyone may have written.

    Attributes:
        bytes: of memory, where the system counts it by process, as Linux does.
        seconds: from start to end.
    """

    bytes: int
    seconds: float | None = None

    @classmethod
    def to_read(cls, num_bytes: int, seconds: float | None = None) -> Self:
        """Enough to read results many times over, on a machine of as many cores as this one.

        Args:
            num_bytes: of the results, as they lie on the disk.
            seconds: that it may take.
        """
        threads = (os.cpu_count() or 1) * _BYTES_A_THREAD
        return cls(_LEAST_BYTES + threads + _BYTES_A_BYTE * num_bytes, seconds)

    def apply(self) -> None:
        """Bound the memory of this process, and of those that it starts."""
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = self.bytes if hard == resource.RLIM_INFINITY else min(self.bytes, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def call_runtime(*arguments: object, bounds: Bounds | None = None) -> int:
    """Run a command of the runtime, which speaks for itself; its exit code.

    Raises:
        Missing: the runtime is not installed.
        subprocess.TimeoutExpired: as `ask_runtime`.
    """
    require_runtime("pyarrow")
    return subprocess.run(
        runtime_command(*arguments),
        env=child_environment(),
        check=False,
        timeout=bounds.seconds if bounds is not None else None,
        preexec_fn=bounds.apply if bounds is not None else None,
    ).returncode


def ask_runtime(*arguments: object, bounds: Bounds | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of the runtime, and return what it said, whatever that was.

    Raises:
        subprocess.TimeoutExpired: it took longer than its bounds allow, and was ended.
    """
    return subprocess.run(
        runtime_command(*arguments),
        env=child_environment(),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=bounds.seconds if bounds is not None else None,
        preexec_fn=bounds.apply if bounds is not None else None,
    )
