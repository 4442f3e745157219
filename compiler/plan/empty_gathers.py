"""Check that the part of an axis that a stage gathers is there, at each of its cells."""

from collections.abc import Iterator, Mapping

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.places import Places


def check_gathers(expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """No cell is lost because the levels that it is to gather are not there. Changes nothing."""
    for name, expansion in expansions.items():
        lost = expansion.starved()
        if not lost:
            continue
        places = Places(expansion.grid, lost, list(expansion.grid.meant({})))
        narrowings = {one.axis: one.narrowing for one in expansion.stage.over if one.narrowing is not None}
        axes = " with one of ".join(f"`{axis}`" for axis in narrowings)
        message = f"`{name}` gathers no level of {axes} that is there{places.words}"
        hint = "gather another part: `exclude`, or `when` of what is read, leaves out all of this one"
        if places.first:
            written = f"`exclude: [{{{places.condition}}}]`"
            hint = f"gather another part, or keep the stage to other levels: `when`, or {written}"
        yield Diagnostic("empty-gather", message, next(iter(narrowings.values())).span, hint)
