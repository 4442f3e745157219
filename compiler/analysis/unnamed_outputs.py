"""Check that a stage of several outputs of one kind is not read without naming one."""

from collections.abc import Iterator

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.expression import Reference


def unnamed_output(scope: Scope, reference: Reference) -> Iterator[Diagnostic]:
    """A stage alone stands for its first output, where no other one could be mistaken for it."""
    operator = scope.operator(scope.stages[reference.name])
    if operator is None or reference.field is not None:
        return
    kind = operator.outputs[operator.first].kind
    alike = [port for port in operator.order or operator.outputs if operator.outputs[port].kind == kind]
    if len(alike) > 1:
        named = [f"`${{{reference.name}.{port}}}`" for port in alike]
        hint = f"write {', '.join(named[:-1])} or {named[-1]}"
        message = f"`{reference.name}` has {len(alike)} outputs of kind {kind}, and this names none of them"
        yield Diagnostic("which-output", message, reference.span, hint)
