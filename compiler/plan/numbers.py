"""Check that what parameters compute is a number that they can take, in every cell that there is."""

from collections.abc import Iterator, Mapping

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.expand import StageExpansion


def check_numbers(expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """Every number that is computed for a parameter is one that it takes. Changes nothing."""
    for expansion in expansions.values():
        yield from expansion.mistakes()
