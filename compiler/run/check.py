"""Check a spec: every mistake in it, at every scale."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from heldout.compiler.diagnostics import Mistakes
from heldout.compiler.run.source import Source


@dataclass(frozen=True)
class Checked:
    """What was found in a spec.

    Attributes:
        tasks: how many the study has, by each scale at which nothing is wrong; None: as it stands.
        mistakes: at the first scale that has some; None where none has.
    """

    spec: Path
    tasks: Mapping[str | None, int]
    mistakes: Mistakes | None


def check_study(spec: Path, scale: str | None = None) -> Checked:
    """Check a spec at every scale, or at one.

    Raises:
        Refusal: it cannot be read, or there is no catalog to check it against.
    """
    source = Source.read(spec)
    tasks: dict[str | None, int] = {}
    for at in (scale,) if scale else (None, *source.scales):
        try:
            tasks[at] = source.compile(at).plan.tasks
        except Mistakes as mistakes:
            return Checked(spec, tasks, mistakes)
    return Checked(spec, tasks, None)
