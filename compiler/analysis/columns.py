"""Check that columns of data which hold the answer are not among those that a model is shown."""

from collections.abc import Iterator
from typing import Any

from heldout.compiler.analysis.evaluate import Evaluator, NoValue
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.situations import situations
from heldout.compiler.catalog import Operator
from heldout.compiler.diagnostics import Diagnostic, Span
from heldout.compiler.syntax.expression import ListOf
from heldout.compiler.syntax.study import Stage


def check_columns(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """No parameter names a column that another one must not name. Changes nothing."""
    evaluator = Evaluator(scope)
    for stage in scope.stages.values():
        operator = scope.operator(stage)
        for name, parameter in operator.parameters.items() if operator is not None else ():
            for other in parameter.apart:
                assert operator is not None
                yield from _shared(scope, evaluator, stage, operator, name, other)


def _shared(
    scope: Scope, evaluator: Evaluator, stage: Stage, operator: Operator, name: str, other: str
) -> Iterator[Diagnostic]:
    written = {n: argument.value for n in (name, other) if (argument := stage.argument(n)) is not None}
    found: set[Span] = set()
    for at in situations(scope, ListOf(tuple(written.values()), stage.span)):
        try:
            values = {n: evaluator.value(value, at) for n, value in written.items()}
        except NoValue:  # another check says so
            continue
        columns = {n: _columns(values.get(n, operator.parameters[n].default)) for n in (name, other)}
        for path, column in columns[other]:
            if column not in (answer for _, answer in columns[name]):
                continue
            span = evaluator.locate(written[other], at, path) if other in written else stage.span
            if span in found:
                continue
            found.add(span)
            message = f"`{other}` of `{stage.name}` takes the column `{column}`, which is its `{name}`"
            hint = f"leave `{column}` out of `{other}`: a model that sees it has nothing to learn"
            yield Diagnostic("label-among-features", message, span, hint)


def _columns(value: Any) -> list[tuple[tuple[int, ...], str]]:
    """The columns that a parameter names, each with its place in the value."""
    if isinstance(value, str):
        return [((), value)]
    items = value if isinstance(value, list) else []
    return [((place,), item) for place, item in enumerate(items) if isinstance(item, str)]
