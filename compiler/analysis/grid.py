"""Check the grid: gathered and restricted axes, circles, and how large it is."""

import math
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from compiler.analysis.reach import Reaches
from compiler.analysis.scope import Scope
from compiler.diagnostics import Diagnostic, nearest
from compiler.syntax.expression import At, Previous, walk
from compiler.syntax.study import Stage

MAX_CELLS = 2_000_000


def check_grid(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every stage has cells, and they can be computed in some order. Changes nothing."""
    for stage in scope.stages.values():
        yield from _axes_of_stage(scope, reaches, stage)
    yield from _circles(scope, reaches)
    yield from _unused(scope, reaches)


def _axes_of_stage(scope: Scope, reaches: Reaches, stage: Stage) -> Iterator[Diagnostic]:
    own = reaches.axes_of_stage(stage.name)
    before = reaches.reached(reaches.stages[stage.name])
    for axis, span in stage.over:
        if axis not in before:
            hint = nearest(axis, before) if before else "nothing that it reads has an axis"
            yield Diagnostic(
                "over-unreached", f"nothing that `{stage.name}` reads has the axis `{axis}`", span, hint
            )
    for condition in (stage.when, *stage.oracle):
        for restriction in condition:
            if restriction.axis not in own:
                hint = nearest(restriction.axis, own) if own else "it has no axes"
                message = f"`{stage.name}` does not have the axis `{restriction.axis}`"
                yield Diagnostic("axis-unreached", message, restriction.span, hint)
    cells = math.prod(len(scope.axes[a].levels) for a in own)
    if cells > MAX_CELLS:
        axes = " x ".join(f"{a} ({len(scope.axes[a].levels):,})" for a in own)
        message = f"`{stage.name}` has {cells:,} cells ({axes}); at most {MAX_CELLS:,}"
        yield Diagnostic("grid-size", message, stage.span, "gather an axis with `over`, or split the study")
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


def _circles(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """The unrolled graph has no circle: neither within a step nor through what the first step reads."""
    graph = {
        name: {edge.stage for edge in reach.edges if edge.along is None}
        for name, reach in reaches.stages.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
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
