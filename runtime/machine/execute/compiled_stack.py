"""Whether a stack's step goes through torch's compiler: measured, where a GPU computes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import torch

from heldout.runtime.operator import Call, Speed, Stacked

GAIN = 1.1  # how many times as fast as without the compiler a step has to be
WORTH_SECONDS, WORTH_STEPS = 60.0, 200  # ahead: with fewer, finding out costs more than could be gained
REASON_LENGTH = 500  # torch's compiler may tell pages


@dataclass(frozen=True)
class Compiled:
    """What became of compiling a stack's step.

    Attributes:
        backend: of `torch.compile`.
        taken: whether stacks of this shape are computed with it.
        seconds: that one step takes a member, compiled; 0 where it could not be.
        compiling_seconds: that compiling took.
        reason: why it is not taken, where speed is not why.
    """

    backend: str
    taken: bool
    seconds: float = 0.0
    compiling_seconds: float = 0.0
    reason: str = ""

    def never(self, reason: str) -> Self:
        return replace(self, taken=False, reason=reason[:REASON_LENGTH])

    @property
    def words(self) -> str:
        """For people: what was done."""
        if self.reason:
            return f"not compiled, since {self.reason}"
        taken = "compiled" if self.taken else "not compiled"
        return f"{taken}: {self.seconds * 1e3:.3g} ms after {self.compiling_seconds:.3g} s of compiling"

    @property
    def record(self) -> dict[str, Any]:
        """What the record of a task says."""
        said = {
            "backend": self.backend,
            "taken": self.taken,
            "seconds_per_step": round(self.seconds, 9),
            "compiling_seconds": round(self.compiling_seconds, 6),
        }
        return said | ({"reason": self.reason} if self.reason else {})


def gpu_backend() -> str | None:
    """The compiler to try: torch's own where a GPU computes, none on a CPU."""
    return "inductor" if torch.cuda.is_available() else None


def try_compiling(
    stacked: Stacked, calls: Sequence[Call], members: int, eager: Speed, backend: str | None
) -> Compiled | None:
    """Measure a stack once more, compiled, and decide; None where that is not worth trying.

    It is taken where it is faster and what is saved on all steps ahead is more than the compiling took.

    Args:
        stacked: how the operator stacks.
        calls: all that are ahead.
        members: of a stack.
        eager: the speed of such a stack without the compiler.
        backend: of `torch.compile`; None: there is nothing to try.
    """
    steps = eager.steps * -(-len(calls) // members)
    if backend is None or not stacked.compiles:
        return None
    if steps < WORTH_STEPS or eager.seconds_per_step * steps < WORTH_SECONDS:
        return None
    try:
        speed = stacked.measure(calls[:members], True, backend=backend)
    except Exception as error:  # whatever the compiler cannot do, the step does without it
        return Compiled(backend, False).never(f"{type(error).__name__}: {error}")
    saved = (eager.seconds_per_step - speed.seconds_per_step) * steps
    faster = speed.seconds_per_step * GAIN <= eager.seconds_per_step
    return Compiled(
        backend,
        faster and saved > speed.once_seconds,
        speed.seconds_per_step / members,
        speed.once_seconds,
    )
