"""Check the arguments of every stage: known, complete, and of the right kind."""

from collections.abc import Iterator

from compiler.analysis.evaluate import Evaluator, NoValue, as_set
from compiler.analysis.reach import Reaches
from compiler.analysis.scope import OutputOf, Scope
from compiler.analysis.values import wrong_values
from compiler.catalog import Operator, Parameter, Port
from compiler.diagnostics import Diagnostic, nearest
from compiler.syntax.expression import At, Expression, ListOf, Literal, Previous, Reference, walk
from compiler.syntax.study import Argument, Stage


def check_arguments(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every port and parameter is given what it can take. Changes nothing."""
    evaluator = Evaluator(scope)
    for stage in scope.stages.values():
        operator = scope.operator(stage)
        if operator is None:
            continue
        for argument in stage.arguments:
            if argument.name in operator.ports:
                yield from _port(scope, reaches, stage, argument, operator.ports[argument.name])
            elif argument.name in operator.parameters:
                yield from _parameter(
                    scope, reaches, evaluator, stage, argument, operator.parameters[argument.name]
                )
            else:
                hint = nearest(argument.name, [*operator.ports, *operator.parameters])
                message = f"`{stage.use}` has no port or parameter `{argument.name}`"
                yield Diagnostic("unknown-argument", message, argument.name_span, hint)
        yield from _missing(stage, operator)


def _missing(stage: Stage, operator: Operator) -> Iterator[Diagnostic]:
    written = {a.name for a in stage.arguments}
    for name, port in operator.ports.items():
        if not port.optional and name not in written:
            hint = f"add `{name}: ${{STAGE}}`: {port.description}".rstrip(": ")
            message = f"`{stage.name}` ({stage.use}) lacks the input `{name}` of kind {port.kind}"
            yield Diagnostic("missing-argument", message, stage.span, hint)
    for name, parameter in operator.parameters.items():
        if parameter.required and name not in written:
            hint = f"add `{name}: …`: {parameter.schema_.get('description', '')}".rstrip(": ")
            message = f"`{stage.name}` ({stage.use}) lacks the parameter `{name}`"
            yield Diagnostic("missing-argument", message, stage.span, hint)


def _port(
    scope: Scope, reaches: Reaches, stage: Stage, argument: Argument, port: Port
) -> Iterator[Diagnostic]:
    over = {name for name, _ in stage.over}
    for part in scope.alternatives(argument.value):
        yield from _port_value(scope, argument, part, port)
    gathered = over & set(reaches.axes_of(argument.value))
    if gathered and not port.gathered:
        axis = sorted(gathered)[0]
        hint = f"use an operator that takes a list here, or remove `{axis}` from `over`"
        message = (
            f"`{argument.name}` takes one {port.kind}, and `over` gathers one for every level of `{axis}`"
        )
        yield Diagnostic("gather-into-one", message, argument.value.span, hint)


def _port_value(scope: Scope, argument: Argument, value: Expression, port: Port) -> Iterator[Diagnostic]:
    match value:
        case Literal(value=None):
            if not port.optional:
                message = f"`{argument.name}` needs a {port.kind} and is given nothing"
                yield Diagnostic("wrong-kind", message, value.span, "refer to a stage: `${stage}`")
        case ListOf(items):
            if not port.gathered:
                message = f"`{argument.name}` takes one {port.kind}, not a list"
                yield Diagnostic("gather-into-one", message, value.span, "refer to one stage")
            for item in items:
                yield from _port_value(scope, argument, item, port)
        case Reference() | Previous() | At():
            for output in scope.sources(value):
                yield from _output_kind(scope, argument, value, output, port)
        case _:
            hint = "refer to a stage: `${stage}`"
            message = f"`{argument.name}` is an input of kind {port.kind} and cannot be a plain value"
            yield Diagnostic("wrong-kind", message, value.span, hint)


def _output_kind(
    scope: Scope, argument: Argument, value: Expression, output: OutputOf, port: Port
) -> Iterator[Diagnostic]:
    kind = "Scalar" if output.metric is not None else scope.kind(output.stage, output.port)
    name = f"{output.stage}.{output.metric or output.port}"
    if port.kind in (kind, "Artifact") and not (port.kind == "Artifact" and kind == "Scalar"):
        return
    if port.kind == "Scalar" and kind == "Table":
        metrics = scope.metrics(output.stage, output.port)
        if metrics is not None and len(metrics) != 1:
            hint = f"name one: {', '.join(f'`${{{output.stage}.{m}}}`' for m in metrics)}"
            message = f"`{argument.name}` takes one number, and `{name}` has {len(metrics)} metrics"
            yield Diagnostic("which-metric", message, value.span, hint)
        return
    if kind == "Artifact":
        return  # of a kind that is known only when the user's operator runs
    fitting = [
        f"{stage}.{p}"
        for stage in scope.stages
        if (operator := scope.operator(scope.stages[stage])) is not None
        for p in operator.outputs
        if scope.kind(stage, p) == port.kind
    ]
    message = f"`{argument.name}` takes a {port.kind}, and `{name}` is a {kind}"
    yield Diagnostic("wrong-kind", message, value.span, nearest(name, fitting) if fitting else "")


def _parameter(
    scope: Scope,
    reaches: Reaches,
    evaluator: Evaluator,
    stage: Stage,
    argument: Argument,
    parameter: Parameter,
) -> Iterator[Diagnostic]:
    stages: list[Expression] = [
        p for p in walk(argument.value) if isinstance(p, Reference) and p.name in scope.stages
    ]
    outputs = [p for p in scope.alternatives(argument.value) if isinstance(p, Reference | Previous | At)]
    if stages or outputs:
        span = (stages or [argument.value])[0].span
        message = f"`{argument.name}` is a parameter and cannot read the output of a stage"
        yield Diagnostic("stage-as-value", message, span, "write a value or `${axis}`")
        return
    axes = [a for a in reaches.axes_of(argument.value) if a in scope.axes]
    for at in _samples(scope, axes):
        try:
            if parameter.choice is not None:
                yield from _choice(scope, evaluator, stage, argument, parameter.choice, at)
                continue
            value = evaluator.value(argument.value, at, (stage.name, argument.name))
            value = as_set(value) if parameter.set else value
        except NoValue as error:
            yield Diagnostic("wrong-value", str(error), error.span)
            continue
        if any(name in axes for name, _ in stage.over):
            continue  # gathered into a list, checked cell by cell when the plan is made
        what = f"`{argument.name}` of {stage.use}"
        for path, problem, hint in wrong_values(parameter.schema_, value, what):
            yield Diagnostic("wrong-value", problem, evaluator.locate(argument.value, at, path), hint)


def _choice(
    scope: Scope, evaluator: Evaluator, stage: Stage, argument: Argument, kind: str, at: dict[str, int]
) -> Iterator[Diagnostic]:
    name, written = evaluator.choice(argument.value, at, kind, (stage.name, argument.name))
    known = scope.catalog.components.get(kind, {})
    place = evaluator.locate(argument.value, at, ())
    if name not in known:
        yield Diagnostic(
            "unknown-component", f"none of the {kind} is called `{name}`", place, nearest(name, known)
        )
        return
    component = known[name]
    for key, value in written.items():
        if key not in component.parameters:
            span = evaluator.locate(argument.value, at, (name, key))
            hint = nearest(key, component.parameters)
            yield Diagnostic("unknown-argument", f"`{name}` has no parameter `{key}`", span, hint)
            continue
        schema = component.parameters[key].schema_
        for path, problem, hint in wrong_values(schema, value, f"`{key}` of {name}"):
            span = evaluator.locate(argument.value, at, (key, *path))
            yield Diagnostic("wrong-value", problem, span, hint)
    for key, parameter in component.parameters.items():
        if parameter.required and key not in written:
            yield Diagnostic(
                "missing-argument",
                f"`{name}` lacks the parameter `{key}`",
                place,
                f"write `{name}: {{{key}: …}}`",
            )


def _samples(scope: Scope, axes: list[str]) -> Iterator[dict[str, int]]:
    """Levels enough to see every level of every axis once: the others stay at their first."""
    first = dict.fromkeys(axes, 0)
    yield first
    for axis in axes:
        levels = len(scope.axes[axis].levels)
        # The levels of a count, and the draws of a search, are alike: their ends say enough.
        alike = scope.axes[axis].kind in ("count", "sequence", "search")
        for index in {1, levels - 1} - {0} if alike else range(1, levels):
            if 0 < index < levels:
                yield first | {axis: index}
