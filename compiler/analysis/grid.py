"""Check the grid: gathered and restricted axes, circles, and how large it is."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from heldout.compiler.analysis.circle import from_first
from heldout.compiler.analysis.narrowing import check_gathers_some
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.recurrence import recurrent_groups
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.size import (
    MAX_CELLS,
    MAX_PLACES,
    cells_of,
    counted,
    in_words,
    num_cells,
    num_places,
    places_of,
)
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.expression import At, Previous, Reference, walk
from heldout.compiler.syntax.study import Condition, Stage

IN_ONE = "write axes that go in step as one, of named levels with a field each, or split the study"


def check_grid(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every stage has cells, and they can be computed in some order. Changes nothing."""
    for stage in scope.stages.values():
        yield from _axes_of_stage(scope, reaches, stage)
    circles = list(_circles(scope, reaches))
    yield from circles or _steps(scope, reaches)
    yield from _unmet_excludes(scope, reaches)
    yield from _total(scope, reaches)
    yield from _unused(scope, reaches)


def _axes_of_stage(scope: Scope, reaches: Reaches, stage: Stage) -> Iterator[Diagnostic]:
    own = reaches.axes_of_stage(stage.name)
    before = reaches.reached(reaches.stages[stage.name])
    for over in stage.over:
        if over.axis not in before:
            hint = nearest(over.axis, before) if before else "nothing that it reads has an axis"
            message = f"nothing that `{stage.name}` reads has the axis `{over.axis}`"
            yield Diagnostic("over-unreached", message, over.span, hint)
        yield from check_gathers_some(scope, stage, over)
    for condition in (stage.when, *stage.oracle, *stage.training_rows):
        for restriction in condition:
            if restriction.axis not in own:
                hint = nearest(restriction.axis, own) if own else "it has no axes"
                message = f"`{stage.name}` does not have the axis `{restriction.axis}`"
                yield Diagnostic("axis-unreached", message, restriction.span, hint)
            for level in restriction.levels:
                if isinstance(level, Reference) and level.name not in own:
                    message = f"`{stage.name}` does not have the axis `{level.name}`"
                    yield Diagnostic("axis-unreached", message, level.span, nearest(level.name, own))
    yield from _size(scope, stage, before)
    for argument in stage.arguments:
        for part in walk(argument.value):
            match part:
                case Previous(previous) if previous.name in scope.stages:
                    along = reaches.along(part)
                    if along is not None and along not in reaches.axes[previous.name]:
                        message = (
                            f"`{previous.name}` does not step along `{along}`, so it has no previous step"
                        )
                        hint = f"gather with `over` elsewhere, or make `{previous.name}` depend on `{along}`"
                        yield Diagnostic("not-a-sequence", message, part.span, hint)
                case At(source, levels) if source.name in scope.stages:
                    for axis, _ in levels:
                        if axis in scope.axes and axis not in reaches.axes[source.name]:
                            hint = nearest(axis, reaches.axes[source.name])
                            message = f"`{source.name}` does not have the axis `{axis}`"
                            yield Diagnostic("axis-unreached", message, part.span, hint)


def _size(scope: Scope, stage: Stage, axes: frozenset[str]) -> Iterator[Diagnostic]:
    cells, places = cells_of(scope, axes), places_of(scope, axes)
    of = in_words(scope, axes)
    if cells > MAX_CELLS:
        message = f"`{stage.name}` has {counted(cells)} cells ({of}); at most {MAX_CELLS:,}"
        yield Diagnostic("grid-size", message, stage.span, "split the study, or shorten an axis")
    elif places > MAX_PLACES:
        message = (
            f"the grid of `{stage.name}` has {counted(places)} places ({of}) for {cells:,} cells;"
            f" at most {MAX_PLACES:,}"
        )
        yield Diagnostic("grid-size", message, stage.span, IN_ONE)


def _total(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """All stages together are of a size that can be planned, where each is."""
    grids = [reaches.reached(reaches.stages[name]) for name in scope.stages]
    sizes = [(cells_of(scope, axes), places_of(scope, axes)) for axes in grids]
    if any(cells > MAX_CELLS or places > MAX_PLACES for cells, places in sizes):
        return
    cells, places = num_cells(scope, reaches), num_places(scope, reaches)
    if cells > MAX_CELLS:
        message = f"the stages have {cells:,} cells together; at most {MAX_CELLS:,}"
        yield Diagnostic("grid-size", message, scope.study.span, "split the study, or shorten an axis")
    elif places > MAX_PLACES:
        message = f"the grids of the stages have {places:,} places together; at most {MAX_PLACES:,}"
        yield Diagnostic("grid-size", message, scope.study.span, IN_ONE)


def _unmet_excludes(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every combination that is excluded stands in some stage."""
    for condition in scope.study.excludes:
        named = axes_of_condition(condition)
        if not any(named <= reaches.reached(reaches.stages[name]) for name in scope.stages):
            listed = " and ".join(f"`{axis}`" for axis in sorted(named))
            hint = "remove it: it excludes nothing"
            message = f"no stage has the axes {listed} together"
            yield Diagnostic("axis-unreached", message, condition[0].span, hint)


def axes_of_condition(condition: Condition) -> set[str]:
    """The axes that a condition compares with levels or with each other."""
    named = {r.axis for r in condition}
    return named | {level.name for r in condition for level in r.levels if isinstance(level, Reference)}


def _steps(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Stages that read each other across steps all step, and none reads a step that is named.

    One that gathers the steps, or names one, would read what comes after it.
    """
    reads = {name: {edge.stage for edge in reach.edges} for name, reach in reaches.stages.items()}
    for group in recurrent_groups(reads):
        inner = [(name, edge) for name in group for edge in reaches.stages[name].edges if edge.stage in group]
        along = {edge.along for _, edge in inner if edge.along is not None}
        hint = "read it from outside the circle: a step may only rest on steps before it"
        for name in group if inner else ():
            for axis in sorted(along & scope.stages[name].gathered):
                circle = f"`{name}` gathers `{axis}`, and what it reads steps along `{axis}` by reading it"
                yield Diagnostic("stage-circle", circle, scope.stages[name].span, hint)
        for name, edge in sorted(inner, key=lambda pair: (pair[0], pair[1].stage)):
            if edge.pinned & along:
                circle = f"`{name}` reads `{edge.stage}` at a step that is named, and each leads to the other"
                yield Diagnostic("stage-circle", circle, scope.stages[name].span, hint)


def _circles(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """The unrolled graph has no circle: neither within a step nor through what the first step reads."""
    graph = {
        name: {edge.stage for edge in reach.edges if edge.along is None}
        for name, reach in reaches.stages.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = from_first(error.args[1], tuple(scope.stages))
        hint = (
            "let one of them read `{previous: ${…}, initially: …}` along a sequence axis, or drop a reference"
        )
        message = f"stages read each other in a circle: {' → '.join(circle[:12])}"
        yield Diagnostic("stage-circle", message, scope.stages[circle[0]].span, hint)


def _unused(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    used = {axis for reach in reaches.stages.values() for axis in reach.axes}
    for axis in scope.axes.values():
        if axis.name not in used:
            hint = f"refer to it: `${{{axis.name}}}`, or remove it"
            yield Diagnostic("unused-axis", f"no stage uses the axis `{axis.name}`", axis.span, hint)


def stage_order(reaches: Reaches) -> tuple[str, ...]:
    """The stages, each after those that it reads within a step; among equals in the spec's order."""
    position = {name: i for i, name in enumerate(reaches.stages)}
    sorter = TopologicalSorter(
        {
            name: {edge.stage for edge in reach.edges if edge.along is None}
            for name, reach in reaches.stages.items()
        }
    )
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=position.__getitem__)
        order += ready
        sorter.done(*ready)
    return tuple(order)
