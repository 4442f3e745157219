"""Gathers of the first levels of an axis of which some are not there."""

from collections.abc import Iterator, Mapping

from heldout.compiler.analysis.narrowing import Narrowed
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.places import Places
from heldout.compiler.syntax.study import Over


def short_gathers(scope: Scope, expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """`first: n` counts levels as the axis has them, and fewer than n are gathered. Changes nothing."""
    for expansion in expansions.values():
        for over in expansion.stage.over:
            if over.narrowing is not None and over.narrowing.word == "first":
                yield from _short(scope, expansion, over)


def _short(scope: Scope, expansion: StageExpansion, over: Over) -> Iterator[Diagnostic]:
    assert over.narrowing is not None
    narrowed, grid = Narrowed(scope.axes, over), expansion.grid
    others = [grid.axes.index(name) for name in narrowed.others]
    meant = {}
    short: dict[int, tuple[int, int]] = {}
    for number, found in expansion.gathers(over.axis):
        cell = grid.cell(number)
        at = tuple(cell[other] for other in others)
        if at not in meant:
            meant[at] = narrowed.meant(at)
        if found < meant[at]:
            short[number] = found, meant[at]
    if short:
        places = Places(grid, list(short), list(expansion.existing()))
        found, wanted = next(iter(short.values()))
        message = (
            f"`{expansion.stage.name}` gathers {found} of the first {wanted} levels of `{over.axis}`,"
            f" and the others are not there{places.words}"
        )
        hint = f"name the levels: `{over.axis}: […]`; `first` counts those that are left out too"
        yield Diagnostic("short-gather", message, over.narrowing.span, hint, "warning")
