"""Metrics on rows that their own model was trained on: found, and refused unless the stage says so."""

from collections.abc import Iterator
from dataclasses import replace

from heldout.compiler.analysis.firewall import arriving, fixed_point, is_declared, where_it_runs, within
from heldout.compiler.analysis.knowledge import Knowledge, Knows, When, both
from heldout.compiler.analysis.passed_rows import PassedRows
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.expression import At, Expression, Previous
from heldout.compiler.syntax.study import Stage


def check_training_rows(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """No stage scores a model on rows that it was trained on, unless it says so. Changes nothing."""
    knows = _follow(scope, reaches)
    for stage in scope.stages.values():
        found = list(_scored(scope, reaches, stage, knows))
        for value, origin, when in found:
            if not is_declared(stage.training_rows, when):
                levels = ", ".join(f"{axis} {level}" for axis, level in sorted(when))
                at, rows = f" (at {levels})" if levels else "", ".".join(origin)
                message = f"`{stage.name}` scores its model on rows that it was trained on, of `{rows}`{at}"
                hint = "read the rows to test on, or say that it is meant: `training_rows: true`"
                yield Diagnostic("training-rows", message, value.span, hint)
                break
        if stage.training_rows and not found:
            message = f"`{stage.name}` says that it scores training rows, and its model saw none of them"
            hint = "remove `training_rows`: it would mark results that need no mark"
            span = stage.training_rows_span or stage.span
            yield Diagnostic("needless-training-rows", message, span, hint)


def on_training_rows(scope: Scope) -> frozenset[str]:
    """The stages that score training rows: those that say so, and those that score their predictions."""
    readers: dict[str, list[str]] = {}
    for stage in scope.stages.values():
        for argument, _ in scope.port_arguments(stage):
            for output in scope.sources(argument.value):
                kind = scope.catalog.kind(scope.kind(output.stage, output.port))
                if not kind.holds_rows and not kind.holds_metrics:
                    readers.setdefault(output.stage, []).append(stage.name)
    found = {stage.name for stage in scope.stages.values() if stage.training_rows}
    waiting = sorted(found)
    while waiting:
        fresh = set(readers.get(waiting.pop(), ())) - found
        found |= fresh
        waiting.extend(sorted(fresh))
    return frozenset(found)


def _follow(scope: Scope, reaches: Reaches) -> Knows:
    """Follow rows, and what was fit to them, through the graph.

    Data know `own` rows, those of the split or source that gave them, and `above` them the rows that these
    were taken from, where there is one place to take them from. What was learnt knows the rows that it was
    `fit` to, and what is `fit-above` those.
    """
    return fixed_point(scope, reaches, lambda stage, knows: _outputs(scope, reaches, stage, knows))


def _outputs(scope: Scope, reaches: Reaches, stage: Stage, knows: Knows) -> dict[str, frozenset[Knowledge]]:
    operator = scope.operator(stage)
    if operator is None:
        return {}
    rows: set[Knowledge] = set()
    learnt: set[Knowledge] = set()
    num_sources = 0
    for argument, port in scope.port_arguments(stage):
        found = _arriving(scope, reaches, argument.value, knows)
        num_sources += any(k.kind == "own" for k in found)
        for k in where_it_runs(scope, stage, found):
            k = within(reaches, stage.name, k)
            if k.kind in ("own", "above"):
                rows.add(k)
                if port.use == "trains":
                    learnt.add(replace(k, kind="fit" if k.kind == "own" else "fit-above"))
            elif port.use in ("carries", "evaluates"):
                learnt.add(k)
    outputs = {}
    for name, output in operator.outputs.items():
        if not scope.catalog.kind(scope.kind(stage.name, name)).holds_rows:
            outputs[name] = frozenset(learnt)
        elif output.role is None and rows:
            outputs[name] = frozenset(rows)
        else:
            above = {replace(k, kind="above") for k in rows} if num_sources == 1 else set()
            outputs[name] = frozenset({Knowledge("own", (stage.name, name)), *above})
    return outputs


def _scored(
    scope: Scope, reaches: Reaches, stage: Stage, knows: Knows
) -> Iterator[tuple[Expression, tuple[str, str], When]]:
    """Where a stage is given rows to score on and a model that was fit to them: by what, and whose rows."""
    at_ports = []
    for argument, port in scope.port_arguments(stage):
        known = where_it_runs(scope, stage, _arriving(scope, reaches, argument.value, knows))
        at_ports.append((argument, port, sorted(known, key=_key)))
    learnt: dict[tuple[str, str], list[Knowledge]] = {}
    for _, port, found in at_ports:
        for k in found:
            if k.kind in ("fit", "fit-above") and port.use in ("carries", "evaluates"):
                learnt.setdefault(k.origin, []).append(k)
    for argument, port, found in at_ports:
        for k in found if port.use == "evaluates" else ():
            if k.kind not in ("own", "above") or scope.declared(*k.origin).role == "test":
                continue
            for fit in learnt.get(k.origin, ()):
                when = both(k.when, fit.when)
                if when is not None and (k.kind, fit.kind) != ("above", "fit-above"):
                    yield argument.value, k.origin, when


def _key(k: Knowledge) -> tuple[str, tuple[str, str], list[tuple[str, str]]]:
    return k.kind, k.origin, sorted(k.when)


def _arriving(scope: Scope, reaches: Reaches, value: Expression, knows: Knows) -> set[Knowledge]:
    """What arrives at a port, but for what comes from other cells of data, which are other rows."""

    passed = PassedRows(scope, reaches)

    def same_cell(k: Knowledge, step: Previous | At) -> Knowledge | None:
        if isinstance(step, At):
            axes = frozenset(axis for axis, _ in step.levels)
        else:
            axes = frozenset(filter(None, (reaches.along(step),)))
        return passed.moved(k, step) if not axes & reaches.axes[k.origin[0]] else None

    return arriving(scope, value, knows, move=same_cell)
