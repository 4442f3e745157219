"""What a study says of its metrics: each is one, and is spoken of once."""

from collections.abc import Iterator
from typing import Any

from heldout.compiler.analysis.claims import check_metric, metric_of
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import OutputOf, Scope
from heldout.compiler.diagnostics import Diagnostic


def check_metric_facts(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """All that `metrics` speaks of are metrics, and each stands there once. Changes nothing."""
    seen: dict[OutputOf, str] = {}
    for facts in scope.study.metrics:
        yield from check_metric(scope, facts.name)
        metric = metric_of(scope, facts.name.value)
        if metric is None:
            continue
        if metric in seen:
            message = (
                f"`{facts.name.value}` is the metric `{seen[metric]}`, of which something is said already"
            )
            yield Diagnostic("duplicate-key", message, facts.name.span, "keep one of the two")
        seen.setdefault(metric, str(facts.name.value))


def facts_of(scope: Scope) -> list[dict[str, Any]]:
    """Each metric that something is said of, by its stage, port and name, with what it is.

    What the study says goes before what the operator says that makes it.
    """
    said: dict[OutputOf, dict[str, str | None]] = {}
    for facts in scope.study.metrics:
        metric = metric_of(scope, facts.name.value)
        assert metric is not None
        said[metric] = {"better": facts.better, "unit": facts.unit}
    for metric in _all_metrics(scope):
        if declared := scope.facts(metric):
            own = {name: value for name, value in said.get(metric, {}).items() if value is not None}
            said[metric] = {**declared, **own}
    return [
        {"stage": metric.stage, "port": metric.port, "metric": metric.metric}
        | {name: value for name, value in facts.items() if value is not None}
        for metric, facts in said.items()
    ]


def _all_metrics(scope: Scope) -> Iterator[OutputOf]:
    """Every metric of a known name."""
    for name, stage in scope.stages.items():
        operator = scope.operator(stage)
        for port in operator.outputs if operator is not None else ():
            if scope.holds_metrics(name, port):
                yield from (OutputOf(name, port, metric) for metric in scope.metrics(name, port) or ())
