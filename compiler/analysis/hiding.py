"""What a stage hides from its operator: columns and tensors of the rows that it reads."""

from collections.abc import Iterator

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import ANY, Port
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.study import Stage


def hidden_at(scope: Scope, stage: Stage, port: Port) -> tuple[str, ...]:
    """What is hidden of what arrives at a port: nothing of what has no rows."""
    kind = scope.catalog.kind(port.kind)
    has_rows = port.kind == ANY or kind.holds_rows or kind.hides_labels
    return stage.hidden if has_rows else ()


def check_hidden(scope: Scope, _: Reaches) -> Iterator[Diagnostic]:
    """What a stage hides is hidden of something, and nothing that its operator needs. Changes nothing."""
    for stage in scope.stages.values():
        if not stage.hide:
            continue
        ports = scope.port_arguments(stage)
        if not any(hidden_at(scope, stage, port) for _, port in ports):
            message = f"`{stage.name}` hides columns, and no input of {stage.use} holds rows"
            yield Diagnostic("needless-hide", message, stage.hide[0].span, "remove `hide`")
        for one in stage.hide:
            needing = [argument.name for argument, port in ports if one.value in port.needs]
            if needing:
                message = f"{stage.use} needs `{one.value}` of its input `{needing[0]}`, which `hide` names"
                hint = "take it out of `hide`, or use an operator that does without it"
                yield Diagnostic("hidden-column", message, one.span, hint)
