"""Check claims: their kind and parameters mean something."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from heldout.compiler.analysis.cells import (
    cells_of,
    check_among,
    check_sides,
    is_among_all,
    may_be_cells,
    named_axis,
    own_cell,
)
from heldout.compiler.analysis.level_fields import axis_of_field, check_field, resolved_field
from heldout.compiler.analysis.levels import has_level, own_levels, own_levels_of, unknown_level
from heldout.compiler.analysis.looks import Look, check_looks, look_of, size_of
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.row_keys import (
    check_key_level,
    keys_needed,
    keys_of,
    keys_of_claim,
    varying,
)
from heldout.compiler.analysis.row_metrics import check_row_metric, resolved_row_metric, row_metric_of
from heldout.compiler.analysis.scope import COST, OutputOf, Scope
from heldout.compiler.analysis.values import wrong_values
from heldout.compiler.catalog import Component, Parameter, Part
from heldout.compiler.diagnostics import Diagnostic, Span, nearest
from heldout.compiler.syntax.expression import Reference
from heldout.compiler.syntax.study import Claim, Looks, level_text
from heldout.compiler.syntax.tree import Mapping as MappingNode
from heldout.compiler.syntax.tree import Node, Scalar, Sequence

JOINED = Component(digest="")  # in the place of a kind, of a claim of several tests


@dataclass(frozen=True)
class ResolvedClaim:
    """A claim whose names are looked up and whose defaults are filled in.

    Attributes:
        component: that its kind is.
        parameters: all of them, metrics with their stage and port.
        span: of its kind, as the spec writes it.
        parts: the tests of a claim that needs several, each with all of its parameters.
        looks: the sizes at which it is read, as written.
        look: at which of them its study stands; None where it is read once.
    """

    name: str
    says: str
    kind: str
    component: Component
    parameters: Mapping[str, Any]
    span: Span
    parts: "tuple[ResolvedClaim, ...]" = ()
    looks: Looks | None = None
    look: Look | None = None

    @property
    def tests(self) -> "tuple[ResolvedClaim, ...]":
        """What is tested: the claim itself, or each of its parts."""
        return self.parts or (self,)

    def part(self, part: Part) -> Any:
        """What stands for the parameter that plays a part in deciding the claim; None where none does."""
        return next((self.parameters[name] for name in self.component.playing(part)), None)

    @property
    def alpha(self) -> float | None:
        """At which it is decided, over all looks; None where its kind has none."""
        return next((alpha for one in self.tests if (alpha := one.part("alpha")) is not None), None)

    @property
    def spent(self) -> float:
        """The share of alpha that is spent now: all of it where the claim is read once."""
        if self.look is None or self.alpha is None:
            return 1.0
        return self.look.level(self.alpha) / self.alpha


def check_claims(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every claim is of a known kind with parameters that mean something. Changes nothing."""
    for claim in scope.study.claims:
        found = [problem for test in claim.tests for problem in _test(scope, reaches, test)]
        # What several tests share is wrong once.
        yield from {(problem.code, problem.span, problem.message): problem for problem in found}.values()
        if not found:
            yield from check_looks(scope, reaches, _resolved_claim(scope, claim))


def _test(scope: Scope, reaches: Reaches, claim: Claim) -> Iterator[Diagnostic]:
    component = scope.catalog.claims.get(claim.kind)
    if component is None:
        hint = nearest(claim.kind, scope.catalog.claims)
        yield Diagnostic("unknown-claim", f"no kind of claim is called `{claim.kind}`", claim.kind_span, hint)
        return
    written = {str(key.value): (key, node) for key, node in claim.parameters}
    for name, (key, node) in written.items():
        if name not in component.parameters:
            hint = nearest(name, component.parameters)
            yield Diagnostic("unknown-argument", f"`{claim.kind}` has no parameter `{name}`", key.span, hint)
        else:
            yield from _parameter(scope, reaches, claim, component, name, node)
    for name, parameter in component.parameters.items():
        if parameter.required and name not in written:
            hint = f"add `{name}: …`: {parameter.schema_.get('description', '')}".rstrip(": ")
            message = f"the claim `{claim.name}` lacks `{name}`"
            yield Diagnostic("missing-argument", message, claim.span, hint)


def _parameter(
    scope: Scope, reaches: Reaches, claim: Claim, component: Component, name: str, node: Node
) -> Iterator[Diagnostic]:
    parameter = component.parameters[name]
    wrong = list(wrong_values(parameter.schema_, plain(node), f"`{name}` of {claim.kind}"))
    for path, problem, hint in wrong:
        yield Diagnostic("wrong-value", problem, place(node, path), hint)
    if wrong or parameter.refers is None:
        return
    metric = _metric_of(scope, claim, component)
    axes = reaches.axes_of_stage(metric.stage) if metric is not None else tuple(scope.axes)
    known = (*axes, *keys_of(scope, metric))
    written = {str(k.value): v for k, v in claim.parameters}
    items = _items(node) if _takes_list(parameter) else (node,)
    axis_name = parameter.refers.axis or ""
    match parameter.refers.to:
        case "metric":
            for item in items:
                yield from check_metric(scope, item)
                if parameter.part in ("metric", "against"):
                    given = {name: plain(value) for name, value in written.items()}
                    yield from check_whole(scope, item, keys_of_claim(component, given))
        case "row-metric":
            yield from check_row_metric(scope, node, plain(node))
        case "axis":
            for item in items:
                yield from check_axis(item, known, metric.stage if metric is not None else None)
        case "level" if is_among_all(parameter):
            yield from check_among(scope, node, written.get(axis_name))
        case "level" if may_be_cells(component, parameter) and (
            named_axis(written, axis_name) is None or any(isinstance(item, MappingNode) for item in items)
        ):
            yield from check_sides(scope, claim, component, name, known)
        case "level":
            name = str(getattr(written.get(parameter.refers.axis or ""), "value", ""))
            axis = scope.axes.get(name)
            for item in items:
                if axis is None:
                    yield from check_key_level(name, item)
                elif not isinstance(item, Scalar) or not has_level(axis, item.value):
                    yield unknown_level(axis, plain(item), item.span)
        case "field":
            of = written.get(parameter.refers.axis or "")
            along = plain(of) if of is not None else None
            if along in known:
                yield from check_field(scope, node, (str(along),), None)
        case "where":
            yield from check_where(scope, node, known, metric.stage if metric is not None else None)


def _takes_list(parameter: Parameter) -> bool:
    options = parameter.schema_.get("anyOf", [parameter.schema_])
    return any(option.get("type") == "array" for option in options)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def plain(node: Node) -> Any:
    """A node of a claim or figure as the plain value that it writes."""
    match node:
        case Scalar(value=value):
            return value
        case Sequence(items):
            return [plain(item) for item in items]
        case MappingNode(entries):
            return {str(key.value): plain(value) for key, value in entries}


def place(node: Node, path: tuple[Any, ...]) -> Span:
    """The place of a part of a node."""
    for step in path:
        if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        elif isinstance(node, MappingNode) and (inner := node.get(str(step))) is not None:
            node = inner
    return node.span


def metric_of(scope: Scope, text: object) -> OutputOf | None:
    """The metric that `stage.metric` names: None where it names none."""
    stage, _, field = str(text).partition(".")
    operator = scope.operator(scope.stages[stage]) if stage in scope.stages else None
    if not field or operator is None:
        return None
    output = scope.output(Reference(stage, field, Span("", 0, 0)))
    return output if output is not None and output.metric is not None else None


def check_metric(scope: Scope, node: Node) -> Iterator[Diagnostic]:
    """A node names a metric of a stage."""
    text = plain(node)
    if not isinstance(text, str) or metric_of(scope, text) is None:
        costs = _costs_of(scope, text)
        hint = nearest(text, costs or metric_names(scope))
        yield Diagnostic("unknown-metric", f"`{text}` is no metric of a stage", node.span, hint)


def check_whole(scope: Scope, node: Node, keys: tuple[str, ...]) -> Iterator[Diagnostic]:
    """A metric has one value a cell, or the groups that it has values for are named among `keys`."""
    output = metric_of(scope, plain(node))
    if output is not None and not set(keys_needed(scope, output)) <= set(keys):
        message = f"`{plain(node)}` has a value for each group, and none for a whole cell"
        hint = "name a metric of another output, or say where its groups go: `group` is an axis of it"
        yield Diagnostic("grouped-metric", message, node.span, hint)


def metric_names(scope: Scope) -> list[str]:
    """All metrics of a study, as claims and figures name them."""
    return [
        f"{name}.{metric}"
        for name, stage in scope.stages.items()
        if (operator := scope.operator(stage)) is not None
        for port in operator.outputs
        if scope.holds_metrics(name, port)
        for metric in scope.metrics(name, port) or ()
    ]


def _costs_of(scope: Scope, text: object) -> list[str]:
    """The costs of a stage as metrics, where a text speaks of one."""
    stage, _, field = str(text).partition(".")
    if stage not in scope.stages:
        stage = next(iter(difflib.get_close_matches(stage, scope.stages, n=1)), stage)
    named = stage in scope.stages and field.startswith(COST)
    return [f"{stage}.{cost}" for cost in scope.costs(stage)] if named else []


def check_axis(node: Node, axes: tuple[str, ...], stage: str | None) -> Iterator[Diagnostic]:
    """A node names an axis of the stage whose metric is read."""
    name = plain(node)
    if name is not None and name not in axes:
        of = f"`{stage}` does not have the axis" if stage is not None else "no axis is called"
        yield Diagnostic("unknown-axis", f"{of} `{name}`", node.span, nearest(name, axes))


def check_where(scope: Scope, node: Node, axes: tuple[str, ...], stage: str | None) -> Iterator[Diagnostic]:
    """A node restricts axes to some of their levels."""
    if not isinstance(node, MappingNode):
        yield Diagnostic(
            "wrong-type", "`where` is a mapping from axis to levels", node.span, "write `{axis: [level]}`"
        )
        return
    for key, value in node.entries:
        if not isinstance(key.value, str):
            message = f"no axis is called `{level_text(key.value)}`"
            yield Diagnostic("unknown-axis", message, key.span, nearest(key.value, axes))
            continue
        yield from check_axis(key, axes, stage)
        axis = scope.axes.get(key.value)
        for item in _items(value):
            if axis is None:
                yield from check_key_level(key.value, item)
            elif not has_level(axis, plain(item)):
                yield unknown_level(axis, plain(item), item.span)


def _metric_of(scope: Scope, claim: Claim, component: Component) -> OutputOf | None:
    """The metric whose axes a claim is about: the one that is observed, else the first that it names."""
    written = {str(key.value): node for key, node in claim.parameters}
    for name in (*component.playing("metric"), *component.referring("metric")):
        if name in written:
            text = plain(written[name])
            of_rows = name in component.referring("row-metric")
            return row_metric_of(scope, text) if of_rows else metric_of(scope, text)
    return None


def resolve_claims(scope: Scope) -> tuple[ResolvedClaim, ...]:
    """Before: claims as written, checked. After: metrics looked up, defaults filled in."""
    return tuple(_resolved_claim(scope, claim) for claim in scope.study.claims)


def tests_of(claims: Iterable[ResolvedClaim]) -> tuple[ResolvedClaim, ...]:
    """Every test that claims are decided by: one of most, several of those that need several."""
    return tuple(test for claim in claims for test in claim.tests)


def _resolved_claim(scope: Scope, claim: Claim) -> ResolvedClaim:
    """A claim with its tests, each at the look at which the study stands."""
    whole = _of_tests(scope, claim)
    if claim.looks is None or str(claim.looks.axis.value) not in scope.axes:
        return replace(whole, looks=claim.looks)
    tests = [
        replace(test, look=look_of(claim.looks, size_of(scope, claim.looks, test))) for test in whole.tests
    ]
    parts = tuple(tests) if whole.parts else ()
    return replace(whole, parts=parts, looks=claim.looks, look=tests[0].look)


def _of_tests(scope: Scope, claim: Claim) -> ResolvedClaim:
    if claim.parts:
        parts = tuple(_of_tests(scope, part) for part in claim.parts)
        return ResolvedClaim(claim.name, claim.says, claim.kind, JOINED, {}, claim.kind_span, parts)
    component = scope.catalog.claims[claim.kind]
    parameters = component.parameters
    written = {str(key.value): plain(node) for key, node in claim.parameters}
    given = {name: written.get(name, p.default) for name, p in parameters.items()}
    values = {name: _resolved(scope, component, p, given[name], given) for name, p in parameters.items()}
    return ResolvedClaim(claim.name, claim.says, claim.kind, component, values, claim.kind_span)


def _resolved(
    scope: Scope, component: Component, parameter: Parameter, value: Any, given: Mapping[str, Any]
) -> Any:
    """A parameter's value with what it names looked up; `given` has the values of all parameters."""
    if parameter.refers is None or value is None:
        return value
    match parameter.refers.to:
        case "where":
            return own_levels_of(scope, value)
        case "level" if cells_of(value):
            own = [own_cell(scope, cell) for cell in cells_of(value)]
            return own if isinstance(value, list) else own[0]
        case "level":
            axis = scope.axes.get(str(given.get(parameter.refers.axis or "")))
            return value if axis is None else own_levels(axis, value)
        case "field":
            of = axis_of_field(scope, value)
            return resolved_field(of, value) if of is not None else None
        case "row-metric":
            return resolved_row_metric(scope, value)
        case "metric" if isinstance(value, list):
            return [_resolved(scope, component, parameter, item, given) for item in value]
        case "metric":
            output = metric_of(scope, value)
            assert output is not None
            along = tuple(key for key in keys_of_claim(component, given) if key in keys_of(scope, output))
            if parameter.part == "against":  # it has the levels compared; more only where it must have
                needed = (*keys_of_claim(component, given, compared=True), *keys_needed(scope, output))
                along = tuple(key for key in along if key in needed)
            return varying(output, along)
    return value
