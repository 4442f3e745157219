"""How many tasks to compute as one program: measured, for this shape and on this machine."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import torch

from heldout.runtime.machine.execute.compiled_stack import Compiled, gpu_backend, try_compiling
from heldout.runtime.machine.execute.tasks import free_memory
from heldout.runtime.operator import Call, Speed, Stacked

SMALL = 16  # members of the first stack that is measured
GAIN = 1.1  # how many times as fast as alone a stack has to be
MEMORY_SHARE = 0.5  # of what is free

_chosen: dict[tuple[Stacked, Hashable], "StackSize"] = {}  # of this process: what is measured is its machine


@dataclass(frozen=True)
class StackSize:
    """What was chosen for tasks of one shape, and why.

    Attributes:
        members: of a stack; 1: each task on its own.
        alone: seconds that one step of a task takes on its own.
        stacked: by size of the stack, seconds that one step takes a member.
        reason: why tasks are not stacked, or in smaller stacks, where speed is not why.
        asked: how many tasks there were when this was chosen.
        compiled: what became of compiling the step of a stack; None where it was not tried.
    """

    members: int
    alone: float = 0.0
    stacked: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    reason: str = ""
    asked: int = 0
    compiled: Compiled | None = None

    def never(self, reason: str) -> Self:
        return replace(self, members=1, reason=reason)

    @property
    def options(self) -> dict[str, str]:
        """What the stacked form is called with, beside the calls."""
        if self.compiled is None or not self.compiled.taken:
            return {}
        return {"backend": self.compiled.backend}

    @property
    def words(self) -> str:
        """For people: what was chosen."""
        if self.reason:
            return f"stacks of {self.members}, since {self.reason}"
        measured = ", ".join(f"{seconds * 1e3:.3g} ms in {size}" for size, seconds in self.stacked.items())
        compiled = "" if self.compiled is None else f"; {self.compiled.words}"
        return f"stacks of {self.members}: a step takes {self.alone * 1e3:.3g} ms alone, {measured}{compiled}"

    def record(self, size: int) -> dict[str, Any]:
        """What the record of a task says: how it was computed, and what that was chosen by.

        Args:
            size: members of the stack that the task was computed in; 1: on its own.
        """
        seconds = {str(members): round(value, 9) for members, value in self.stacked.items()}
        record = {
            "size": size,
            "chosen": "stacked" if size > 1 else "sequential",
            "seconds_per_step": {"1": round(self.alone, 9)} | seconds,
        }
        if self.reason:
            record["reason"] = self.reason
        if self.compiled is not None and size > 1:
            record["compiled"] = self.compiled.record
        return record


def choose_size(
    stacked: Stacked, key: Hashable, calls: Sequence[Call], backend: str | None = None
) -> StackSize:
    """Measure calls that may be stacked, once a shape and process, and choose how many together.

    Args:
        stacked: how the operator stacks.
        key: of the calls.
        calls: as many as a stack may have.
        backend: of `torch.compile`, to be tried too; by default torch's own where there is a GPU.
    """
    known = _chosen.get((stacked, key))
    if known is None or len(calls) >= 4 * known.asked:
        measured = _measure(stacked, calls, backend or gpu_backend())
        known = remember(stacked, key, replace(measured, asked=len(calls)))
    return known


def remember(stacked: Stacked, key: Hashable, size: StackSize) -> StackSize:
    """Keep a choice for later tasks of the same shape."""
    _chosen[stacked, key] = size
    return size


def _measure(stacked: Stacked, calls: Sequence[Call], backend: str | None) -> StackSize:
    try:
        speed = stacked.measure(calls, False)
    except Exception as error:  # the task itself says what is wrong with it
        return StackSize(1).never(f"{type(error).__name__}: {error}")
    size = StackSize(1, speed.seconds_per_step)
    fitting = int(free_bytes() * MEMORY_SHARE / max(speed.member_bytes, 1))
    most = min(len(calls), max(fitting, 1))
    speeds: dict[int, Speed] = {}
    for members in sorted({min(SMALL, most), most} - {1}):
        try:
            speeds[members] = stacked.measure(calls[:members], True)
        except Exception as error:
            if is_out_of_memory(error) and size.stacked:
                break
            return size.never(f"{type(error).__name__}: {error}")
        together = speeds[members].seconds_per_step / members
        size = replace(size, stacked={**size.stacked, members: together})
        if together * GAIN > size.alone:
            break  # a larger stack sends more memory through the caches, and costs more to measure
    best = min(size.stacked, key=size.stacked.__getitem__, default=1)
    if not size.stacked or size.stacked[best] * GAIN > size.alone:
        return size
    compiled = try_compiling(stacked, calls, best, speeds[best], backend)
    return replace(size, members=best, compiled=compiled)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out; on a CPU, torch says so by a RuntimeError."""
    said = isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    return said or isinstance(error, MemoryError | torch.OutOfMemoryError)


def free_bytes() -> int:
    """Memory that is free where tasks compute: of the GPU, else of this machine or its container."""
    if torch.cuda.is_available():
        free_memory()
        return torch.cuda.mem_get_info()[0]
    lines = (
        Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
        if Path("/proc/meminfo").exists()
        else []
    )
    of_machine = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return min([*of_machine, *_left_in_container()], default=2**31)


def _left_in_container() -> list[int]:
    folder = Path("/sys/fs/cgroup")
    try:
        limit = int(Path(folder, "memory.max").read_text(encoding="utf-8"))  # `max` where there is no limit
        return [max(0, limit - int(Path(folder, "memory.current").read_text(encoding="utf-8")))]
    except (OSError, ValueError):
        return []
