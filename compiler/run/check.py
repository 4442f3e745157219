"""Check a spec: every mistake in it, at every scale."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from heldout.compiler.analysis.former_names import Renamed
from heldout.compiler.diagnostics import Mistakes
from heldout.compiler.run.source import Source


@dataclass(frozen=True)
class Checked:
    """What was found in a spec.

    Attributes:
        tasks: how many the study has, by each scale at which nothing is wrong; None: as it stands.
        mistakes: at the first scale that has some; None where none has.
        renamed: former names that the study writes at any of these scales, each once.
    """

    spec: Path
    tasks: Mapping[str | None, int]
    mistakes: Mistakes | None
    renamed: tuple[Renamed, ...] = ()


def check_study(spec: Path, scale: str | None = None) -> Checked:
    """Check a spec at every scale, or at one.

    Raises:
        Refusal: it cannot be read, or there is no catalog to check it against.
    """
    source = Source.read(spec)
    tasks: dict[str | None, int] = {}
    renamed: dict[Renamed, None] = {}
    for at in (scale,) if scale else (None, *source.scales):
        try:
            compiled = source.compile(at)
        except Mistakes as mistakes:
            return Checked(spec, tasks, mistakes, tuple(renamed))
        tasks[at] = compiled.plan.tasks
        renamed |= dict.fromkeys(compiled.renamed)
    return Checked(spec, tasks, None, tuple(renamed))
