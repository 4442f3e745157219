"""Stages whose tasks several processes are to compute: operators that can, and no others."""

from collections.abc import Iterator

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Operator
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.study import Stage


def check_spread(scope: Scope, _: Reaches) -> Iterator[Diagnostic]:
    """What asks for several GPUs, machines or processes has an operator that uses them. Changes nothing."""
    for stage in scope.stages.values():
        operator = scope.operator(stage)
        if operator is not None and stage.resources.sharded:
            yield from _sharded(scope, stage, operator)
        if operator is None or operator.distributed or stage.resources.spread is None:
            continue
        asked, instead = _words(stage)
        message = f"`{stage.name}` asks for {asked}, and {stage.use} computes a task in one process"
        able = ", ".join(sorted(name for name, one in scope.catalog.operators.items() if one.distributed))
        hint = (
            f"write `{instead}`: jobs of several tasks run at once; several are for {able or 'no operator'}"
        )
        yield Diagnostic("one-process", message, stage.spread_span or stage.span, hint)


def _sharded(scope: Scope, stage: Stage, operator: Operator) -> Iterator[Diagnostic]:
    """A model in parts is for several processes, and for an operator that can."""
    span = stage.sharded_span or stage.span
    if not operator.sharded:
        able = ", ".join(sorted(name for name, one in scope.catalog.operators.items() if one.sharded))
        message = f"`{stage.name}` asks for a model in parts, and {stage.use} holds all of it in a process"
        hint = f"leave `sharded` out; models in parts are for {able or 'no operator'}"
        yield Diagnostic("sharded-alone", message, span, hint)
    elif stage.resources.spread is None:
        message = f"`{stage.name}` asks for a model in parts, and for one process, which holds all of it"
        hint = "write `gpu: 2` or more beside it, or leave `sharded` out"
        yield Diagnostic("sharded-alone", message, span, hint)


def _words(stage: Stage) -> tuple[str, str]:
    """What a stage asks for, and what to write instead."""
    asked = stage.resources
    if asked.nodes > 1:
        return f"{asked.nodes} machines", "nodes: 1"
    if asked.gpu > 1:
        return f"{asked.gpu} GPUs", "gpu: 1"
    return f"{asked.processes} processes", "processes: 1"
