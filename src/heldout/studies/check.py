"""`heldout.check`: the mistakes of a spec, as values that print as the command line prints them."""

from collections.abc import Iterable
from pathlib import Path

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.run.check import check_study
from heldout.studies.places import Place


class Diagnostics(list[Diagnostic]):
    """The mistakes of a spec; empty where it has none."""

    def __init__(self, found: Iterable[Diagnostic] = (), drawn: str = "no mistakes") -> None:
        """
        Args:
            found: the mistakes.
            drawn: as the command line shows them.
        """
        super().__init__(found)
        self._drawn = drawn

    def __str__(self) -> str:
        return self._drawn

    __repr__ = __str__  # by which a notebook shows the value of a cell


def check(spec: Place, scale: str | None = None) -> Diagnostics:
    """Find every mistake in a spec, at every scale or the one named.

    Args:
        spec: a YAML file.
        scale: of the study; None: the study as it stands, and each of its scales.

    Returns:
        the mistakes at the first scale that has some; none where the study compiles.

    Raises:
        Refusal: the file cannot be read.
    """
    mistakes = check_study(Path(spec), scale).mistakes
    return Diagnostics() if mistakes is None else Diagnostics(mistakes.found, str(mistakes))
