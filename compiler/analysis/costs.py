"""What tasks cost, as metrics of every stage: `model.cost.seconds`.

The records of the store have them. They are other numbers at every run, so that no name of a task can hold
them: claims, figures and tables read them, and stages that `compute`, whose own metrics are measured then.
Nothing is trained on them, and nothing is selected by them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope, is_cost
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.expression import Reference


def check_costs(scope: Scope, _: Reaches) -> Iterator[Diagnostic]:
    """What was measured is read by stages that compute alone, beside claims and displays. Changes nothing."""
    measured = measured_stages(scope)
    for stage in scope.stages.values():
        for argument, _port in scope.port_arguments(stage) if stage.compute is None else ():
            for output in scope.sources(argument.value):
                if output.stage in measured or is_cost(scope, output.stage, output.port):
                    name = ".".join(filter(None, (output.stage, output.port, output.metric)))
                    written = argument.value
                    if isinstance(written, Reference) and written.name == output.stage and written.field:
                        name = written.bare
                    message = f"`{stage.name}` reads `{name}`, which is measured: another number at every run"
                    hint = "read it in a claim, a figure or a table, or in a stage with `compute`"
                    yield Diagnostic("measured-input", message, argument.value.span, hint)
                    break


def measured_stages(scope: Scope) -> frozenset[str]:
    """The stages that compute something of costs, themselves or through others that do."""
    readers: dict[str, list[str]] = {}
    waiting = []
    for stage in scope.stages.values():
        if stage.compute is None:
            continue
        for argument, _ in scope.port_arguments(stage):
            for output in scope.sources(argument.value):
                readers.setdefault(output.stage, []).append(stage.name)
                if is_cost(scope, output.stage, output.port):
                    waiting.append(stage.name)
    found = set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += readers.get(name, [])
    return frozenset(found)


def metrics_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """The metrics among the values of a claim, figure or table whose names are looked up."""
    if isinstance(value, Mapping):
        if {"stage", "port", "metric"} <= value.keys():
            yield value
        else:
            for one in value.values():
                yield from metrics_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from metrics_in(one)
