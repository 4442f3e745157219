"""Metrics of single rows: `STAGE.OUTPUT.METRIC`, of what a stage wrote down of each example.

Predictions and estimates have known metrics. Of other rows it is a column, which is looked for in the report.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from heldout.compiler.analysis.scope import OutputOf, Scope
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.tree import Node

if TYPE_CHECKING:
    from heldout.compiler.analysis.claims import ResolvedClaim

# By the kind of what holds the rows; None where it is any column.
ROW_METRICS: Mapping[str, tuple[str, ...] | None] = {
    "Predictions": ("accuracy", "nll", "auroc", "score"),
    "Estimates": ("squared_error", "absolute_error"),
    "Dataset": None,
}


def row_metric_of(scope: Scope, text: object) -> OutputOf | None:
    """The metric that `stage.output.metric` names: None where it names none."""
    stage, _, field = str(text).partition(".")
    port, _, metric = field.partition(".")
    if not metric or port not in row_outputs(scope, stage):
        return None
    known = ROW_METRICS.get(scope.kind(stage, port), ())
    return OutputOf(stage, port, metric) if known is None or metric in known else None


def check_row_metric(scope: Scope, node: Node, text: object) -> Iterator[Diagnostic]:
    """A node names a metric of single rows."""
    if row_metric_of(scope, text) is not None:
        return
    stage, _, field = str(text).partition(".")
    ports = row_outputs(scope, stage)
    hint = nearest(text, row_metric_names(scope))
    if stage in scope.stages and not ports:
        hint = f"`{stage}` writes nothing down of each row; name the stage that scores"
    elif ports and not field.partition(".")[2] and ROW_METRICS[scope.kind(stage, ports[0])] is None:
        hint = f"write `{stage}.{ports[0]}.COLUMN`"
    yield Diagnostic("unknown-metric", f"`{text}` is no metric of single rows", node.span, hint)


def row_metric_names(scope: Scope) -> list[str]:
    """All metrics of rows that are known by name, as claims write them."""
    return [
        f"{stage}.{port}.{metric}"
        for stage in scope.stages
        for port in row_outputs(scope, stage)
        for metric in ROW_METRICS[scope.kind(stage, port)] or ()
    ]


def row_outputs(scope: Scope, stage: str) -> list[str]:
    """The outputs of a stage that hold rows."""
    operator = scope.operator(scope.stages[stage]) if stage in scope.stages else None
    ports = (operator.order or operator.outputs) if operator is not None else ()
    return [port for port in ports if scope.kind(stage, port) in ROW_METRICS]


def resolved_row_metric(scope: Scope, text: object) -> dict[str, Any]:
    """A metric of rows as the report reads it."""
    output = row_metric_of(scope, text)
    assert output is not None
    kind = scope.kind(output.stage, output.port)
    return {"stage": output.stage, "port": output.port, "metric": output.metric, "kind": kind}


def row_metrics(claims: "Iterable[ResolvedClaim]") -> list[Mapping[str, Any]]:
    """The metrics of rows that claims are about."""
    return [
        test.parameters[name]
        for claim in claims
        for test in claim.tests
        for name in test.component.referring("row-metric")
    ]
