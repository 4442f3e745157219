"""Check a spec: every mistake in it, at every scale."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from heldout.compiler.diagnostics import Diagnostic, Mistakes, draw
from heldout.compiler.run.data_checks import check_data
from heldout.compiler.run.source import Source
from heldout.compiler.syntax.texts import Texts

MOST_CELLS = 200_000  # that are laid out, in a second or two: somebody waits


@dataclass(frozen=True)
class Checked:
    """What was found in a spec.

    Attributes:
        tasks: how many the study has, by each scale at which nothing is wrong; None: as it stands.
        cells: likewise, how many a study could have at most that is too large to be laid out here.
        mistakes: at the first scale that has some; None where none has.
        warnings: of what the study does and rarely means to at any of these scales, each once.
    """

    spec: Path
    tasks: Mapping[str | None, int]
    cells: Mapping[str | None, int]
    mistakes: Mistakes | None
    warnings: tuple[Diagnostic, ...] = ()
    texts: Texts | None = None

    def drawn_warnings(self) -> str:
        """The warnings as text, as mistakes are drawn."""
        return draw(self.warnings, self.texts.decoded if self.texts is not None else {})


def check_study(spec: Path, scale: str | None = None) -> Checked:
    """Check a spec at every scale, or at one.

    Raises:
        Refusal: it cannot be read, or there is no catalog to check it against.
    """
    source = Source.read(spec)
    tasks: dict[str | None, int] = {}
    cells: dict[str | None, int] = {}
    warnings: dict[Diagnostic, None] = {}
    mistakes = None
    for at in (scale,) if scale else (None, *source.scales):
        try:
            found = source.check(at, MOST_CELLS)
            if wrong := list(check_data(found.scope)):
                raise source.mistakes(wrong, at)
        except Mistakes as those:
            mistakes = those
            break
        if found.tasks is None:
            cells[at] = found.cells
        else:
            tasks[at] = found.tasks
        warnings |= dict.fromkeys(found.warnings)
    return Checked(spec, tasks, cells, mistakes, tuple(warnings), source.texts)
