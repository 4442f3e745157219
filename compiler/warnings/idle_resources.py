"""Stages that ask for workers or for smaller minibatches, of an operator that has no use for them."""

from collections.abc import Iterator

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic


def idle_resources(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """What a stage asks for its tasks, its operator is told. Changes nothing."""
    for stage in scope.stages.values():
        operator = scope.operator(stage)
        if operator is None or operator.resources:
            continue
        for name, value in stage.resources.of_a_task.items():
            if name == "sharded":  # which is then a mistake
                continue
            message = f"`{stage.name}` asks for `{name}: {value}`, and `{stage.use}` has no use for it"
            hint = f"leave `{name}` out of its `resources`, or ask for `threads`"
            yield Diagnostic("idle-resources", message, stage.span, hint, "warning")
