"""Check that the plan computes what the spec asks for: every stage has cells."""

from collections.abc import Iterator, Mapping

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.expand import StageExpansion


def check_cells(expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """No stage has been left without a single cell. Changes nothing."""
    for name, expansion in expansions.items():
        if not expansion.is_empty:
            continue
        if expansion.starved():  # `check_gathers` tells it
            return
        message = f"`{name}` runs nowhere: each of its cells is excluded, or reads one that does not exist"
        hint = "look at `when`, `exclude` and `zip`, its own and those of the stages that it reads"
        yield Diagnostic("no-cells", message, expansion.stage.span, hint)
        return  # those that read it are empty because of it
