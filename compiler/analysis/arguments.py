"""Check the arguments of every stage: known, complete, and of the right kind."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from heldout.compiler.analysis.evaluate import Evaluator, NoNumber, NoValue, canonical
from heldout.compiler.analysis.meant import meant
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.row_keys import keys_needed
from heldout.compiler.analysis.scope import OutputOf, Scope, is_cost
from heldout.compiler.analysis.situations import situations
from heldout.compiler.analysis.unnamed_outputs import unnamed_output
from heldout.compiler.analysis.values import wrong_values
from heldout.compiler.analysis.whole_levels import whole_levels
from heldout.compiler.catalog import ANY, Operator, Parameter, Port
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.expression import (
    Arithmetic,
    At,
    Expression,
    ListOf,
    Literal,
    Previous,
    Reference,
    calls_in,
    walk,
)
from heldout.compiler.syntax.formula_reader import is_list_function
from heldout.compiler.syntax.study import Argument, Stage


def check_arguments(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every port and parameter is given what it can take. Changes nothing."""
    evaluator = Evaluator(scope)
    for stage in scope.stages.values():
        operator = scope.operator(stage)
        if operator is None:
            continue
        for argument in stage.arguments:
            if argument.name in operator.ports:
                port = operator.ports[argument.name]
                shown = argument if stage.compute is None else replace(argument, name="compute")
                yield from _port(scope, reaches, stage, shown, port)
            elif argument.name in operator.parameters:
                yield from _parameter(
                    scope, reaches, evaluator, stage, argument, operator.parameters[argument.name]
                )
            else:
                hint = nearest(argument.name, [*operator.ports, *operator.parameters])
                message = f"`{stage.use}` has no port or parameter `{argument.name}`"
                yield Diagnostic("unknown-argument", message, argument.name_span, hint)
        yield from _missing(scope, stage, operator)


def _missing(scope: Scope, stage: Stage, operator: Operator) -> Iterator[Diagnostic]:
    written = {a.name for a in stage.arguments}
    axis = scope.axes[stage.search.name] if stage.search is not None else None
    if axis is not None and axis.search is not None:
        written |= {name for name, _ in axis.search.space if name in operator.parameters}
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
    yield from _port_value(scope, argument, argument.value, port)
    gathered = stage.gathered & set(reaches.axes_of(argument.value))
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
        case Reference(name) if name in scope.axes:
            for part in scope.alternatives(value):
                yield from _port_value(scope, argument, part, port)
        case Previous(previous, initially):
            yield from _port_value(scope, argument, previous, port)
            yield from _port_value(scope, argument, initially, port)
        case Arithmetic():
            message = f"`{argument.name}` is an input of kind {port.kind} and cannot be computed in place"
            hint = "compute it in a stage, which is read here: `STAGE: {compute: …}`"
            yield Diagnostic("wrong-kind", message, value.span, hint)
        case Reference() | At():
            yield from unnamed_output(scope, value.source if isinstance(value, At) else value)
            for output in scope.sources(value):
                yield from _output_kind(scope, argument, value, output, port)
        case _:
            hint = meant(scope, value) or "refer to a stage: `${stage}`"
            message = f"`{argument.name}` is an input of kind {port.kind} and cannot be a plain value"
            yield Diagnostic("wrong-kind", message, value.span, hint)


def _output_kind(
    scope: Scope, argument: Argument, value: Expression, output: OutputOf, port: Port
) -> Iterator[Diagnostic]:
    catalog, kind = scope.catalog, scope.kind(output.stage, output.port)
    name = f"{output.stage}.{output.metric or output.port}"
    number = catalog.kind(port.kind).is_number
    if number and keys_needed(scope, output):
        message = f"`{argument.name}` takes one number, and `{name}` has a value for each group"
        hint = "name a metric of another output; claims, figures and tables alone read groups"
        yield Diagnostic("grouped-metric", message, value.span, hint)
        return
    if output.metric is None and number and catalog.kind(kind).holds_metrics:
        metrics = scope.metrics(output.stage, output.port)
        if metrics is not None and len(metrics) != 1:
            of = name if is_cost(scope, output.stage, output.port) else output.stage
            hint = f"name one: {', '.join(f'`${{{of}.{m}}}`' for m in metrics)}"
            message = f"`{argument.name}` takes one number, and `{name}` has {len(metrics)} metrics"
            yield Diagnostic("which-metric", message, value.span, hint)
        return
    # An output of any kind has the one that it has only when its operator runs.
    if number if output.metric is not None else kind == ANY or catalog.is_a(kind, port.kind):
        return
    fitting = [
        f"{stage}.{p}"
        for stage in scope.stages
        if (operator := scope.operator(scope.stages[stage])) is not None
        for p in operator.outputs
        if catalog.is_a(scope.kind(stage, p), port.kind)
    ]
    what = f"a {kind}" if output.metric is None else "one number"
    message = f"`{argument.name}` takes a {port.kind}, and `{name}` is {what}"
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
    gathered = stage.gathered & set(reaches.axes_of(argument.value))
    if parameter.choice is not None and gathered:
        hint = "gather along another axis, or give each level a stage of its own"
        what = "a list of components" if parameter.listed else "one component"
        message = f"`{argument.name}` names {what}, and `over` gathers one for every level"
        yield Diagnostic("gather-into-one", message, argument.value.span, hint)
        return
    # What is computed is looked at in the cells that there are: others may divide by zero.
    arithmetic = arithmetic_in(scope, argument.value)
    lists = [call for part in arithmetic for call in calls_in(part.formula) if is_list_function(call)]
    for call in lists if stage.compute is None else ():
        message = f"`{call.function}` takes a list that is gathered, and a parameter has none"
        hint = "use it in `compute`, in a stage with `over`"
        yield Diagnostic("not-a-list", message, call.span, hint)
        return
    misread = whole_levels(scope, stage, argument, parameter)
    if misread is not None:
        yield misread
        return
    computed = {part.span for part in arithmetic}
    for at in situations(scope, argument.value):
        for problem in mistakes_at(scope, evaluator, stage, argument, parameter, at):
            if not computed or (problem.code != "no-number" and problem.span not in computed):
                yield problem


def arithmetic_in(scope: Scope, expression: Expression) -> list[Arithmetic]:
    """What is computed in an expression, through the levels of axes too."""
    found: dict[int, Arithmetic] = {}
    waiting, seen = [expression], set[str]()
    while waiting:
        for part in walk(waiting.pop()):
            if isinstance(part, Arithmetic):
                found[id(part)] = part
            elif isinstance(part, Reference) and part.name in scope.axes and part.name not in seen:
                seen.add(part.name)
                axis = scope.axes[part.name]
                waiting += [level.value for level in axis.levels] if axis.may_refer else []
    return list(found.values())


def mistakes_at(
    scope: Scope,
    evaluator: Evaluator,
    stage: Stage,
    argument: Argument,
    parameter: Parameter,
    at: Mapping[str, int],
) -> Iterator[Diagnostic]:
    """What is wrong with the value of a parameter, at a level of every axis that it reaches."""
    try:
        if parameter.choice is None:
            yield from _value(scope, evaluator, stage, argument, parameter, at)
        else:
            for one, path in evaluator.choices(argument.value, at, parameter, (stage.use, argument.name)):
                yield from _choice(scope, evaluator, one, path, parameter.choice, at)
    except NoNumber as error:
        yield Diagnostic("no-number", str(error), error.span, error.hint)
    except NoValue as error:
        yield Diagnostic("wrong-value", str(error), error.span, error.hint)


def _value(
    scope: Scope,
    evaluator: Evaluator,
    stage: Stage,
    argument: Argument,
    parameter: Parameter,
    at: Mapping[str, int],
) -> Iterator[Diagnostic]:
    """A parameter's value, at some levels, is of the type that its operator takes."""
    value = evaluator.value(argument.value, at, (stage.use, argument.name))
    gathered = any(name in at for name in stage.gathered)
    value = [value] if gathered else value  # the operator is given a list, and every item is seen once
    schema = {k: v for k, v in parameter.schema_.items() if k != "uniqueItems" or not parameter.set}
    for path, problem, hint in wrong_values(schema, value, f"`{argument.name}` of {stage.use}"):
        if gathered and not path:  # it takes no list, whatever is in it
            yield Diagnostic("wrong-value", problem, argument.value.span, hint)
            return
        inside = path[1:] if gathered else path
        yield Diagnostic("wrong-value", problem, evaluator.locate(argument.value, at, inside), hint)


def _choice(
    scope: Scope,
    evaluator: Evaluator,
    expression: Expression,
    path: tuple[str, ...],
    kind: str,
    at: Mapping[str, int],
) -> Iterator[Diagnostic]:
    """What names one component, at some levels, names one that there is, with parameters that it takes."""
    name, written = evaluator.choice(expression, at, kind, path)
    components = scope.catalog.components.get(kind, {})
    place = evaluator.choice_place(expression, at, kind)
    if name not in components:
        hint = nearest(name, components)
        yield Diagnostic("unknown-component", f"none of the {kind} is called `{name}`", place, hint)
        return
    component, known = components[name], scope.catalog.component_names[kind]
    value = evaluator.value(expression, at)
    named = isinstance(value, dict) and len(value) == 1 and canonical(next(iter(value)), known) == name
    inside = (next(iter(value)),) if named else ()
    for key, value in written.items():
        if key not in component.parameters:
            span = evaluator.locate_key(expression, at, (*inside, key))
            hint = nearest(key, component.parameters)
            yield Diagnostic("unknown-argument", f"`{name}` has no parameter `{key}`", span, hint)
            continue
        schema = component.parameters[key].schema_
        for deeper, problem, hint in wrong_values(schema, value, f"`{key}` of {name}"):
            span = evaluator.locate(expression, at, (*inside, key, *deeper))
            yield Diagnostic("wrong-value", problem, span, hint)
    for key, parameter in component.parameters.items():
        if parameter.required and key not in written:
            yield Diagnostic(
                "missing-argument",
                f"`{name}` lacks the parameter `{key}`",
                place,
                f"write `{name}: {{{key}: …}}`",
            )
