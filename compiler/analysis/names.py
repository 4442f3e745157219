"""Check that every name means something: operators, axes, levels, stages and their outputs."""

from collections.abc import Iterator
from dataclasses import replace

from heldout.compiler.analysis.leaning import check_leaning
from heldout.compiler.analysis.levels import has_level, unknown_level
from heldout.compiler.analysis.narrowing import check_narrowing
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import COST, Scope
from heldout.compiler.diagnostics import Diagnostic, Span, nearest
from heldout.compiler.image_names import image_names
from heldout.compiler.syntax.expression import At, Draw, Expression, Previous, Reference, walk
from heldout.compiler.syntax.study import Axis, Condition, Stage
from heldout.compiler.syntax.tree import Scalar


def check_names(scope: Scope, _: Reaches) -> Iterator[Diagnostic]:
    """Every name that a study uses is known. Changes nothing."""
    images = image_names()
    if scope.study.image not in images:
        hint = nearest(scope.study.image, images)
        yield Diagnostic(
            "unknown-image", f"no image is called `{scope.study.image}`", scope.study.image_span, hint
        )
    for stage in scope.stages.values():
        if scope.operator(stage) is None:
            hint = nearest(stage.use, scope.catalog.operators)
            yield Diagnostic("unknown-operator", f"no operator is called `{stage.use}`", stage.use_span, hint)
        for argument in stage.arguments:
            yield from _expression(scope, argument.value)
        yield from _stage_axes(scope, stage)
    for axis in scope.axes.values():
        for level in axis.levels:
            if axis.may_refer and axis.twin_of is None:
                yield from _expression(scope, level.value)
    yield from check_leaning(scope)
    for condition in scope.study.excludes:
        yield from _condition(scope, condition)
    yield from _zips(scope)


def _stage_axes(scope: Scope, stage: Stage) -> Iterator[Diagnostic]:
    for over in stage.over:
        if over.axis not in scope.axes:
            yield _no_axis(scope, over.axis, over.span)
        else:
            yield from check_narrowing(scope, stage, over)
    for condition in (stage.when, *stage.oracle, *stage.training_rows):
        yield from _condition(scope, condition)
    if stage.search is not None:
        axis = scope.axes.get(stage.search.name)
        if axis is None or axis.search is None or stage.search.field is not None:
            searches = [f"${{{a.name}}}" for a in scope.axes.values() if a.kind == "search"]
            hint = (
                nearest(stage.search, searches)
                if searches
                else "declare one: `trial: {search: defaults, trials: 20}`"
            )
            yield Diagnostic("not-a-search", f"`{stage.search}` is no search axis", stage.search.span, hint)


def _expression(scope: Scope, expression: Expression) -> Iterator[Diagnostic]:
    for part in walk(expression):
        match part:
            case Reference():
                yield from _reference(scope, part)
            case Previous(along=along):
                yield from _sequence(scope, part, along)
            case At(source, levels):
                for axis, level in levels:
                    yield from _pinned(scope, part, axis, level)
                if source.name in scope.axes:
                    hint = "`from` reads a stage at levels of its axes"
                    yield Diagnostic(
                        "unknown-stage", f"`{source.name}` is an axis, not a stage", source.span, hint
                    )
            case Draw() if scope.search_axis is None:
                count = sum(a.kind == "search" for a in scope.axes.values())
                hint = (
                    "declare `trial: {search: {}, trials: 20, seed: 0}`"
                    if not count
                    else "keep one search axis"
                )
                yield Diagnostic(
                    "no-search-axis",
                    f"a prior needs one search axis, and the study has {count}",
                    part.span,
                    hint,
                )


def _reference(scope: Scope, reference: Reference) -> Iterator[Diagnostic]:
    name, field = reference.name, reference.field
    if name in scope.axes:
        if field is not None:
            yield from _field(scope, scope.axes[name], reference)
    elif name not in scope.stages:
        hint = nearest(name, [*scope.axes, *scope.stages])
        yield Diagnostic("unknown-reference", f"no axis or stage is called `{name}`", reference.span, hint)
    elif scope.operator(scope.stages[name]) is not None and scope.output(reference) is None:
        costs = scope.costs(name) if (field or "").startswith(COST) else ()
        hint = _spaced(scope, reference) or nearest(field, [*_outputs(scope, name), *costs])
        message = f"`{name}` ({scope.stages[name].use}) has no output or metric `{field}`"
        yield Diagnostic("unknown-output", message, reference.span, hint)


def _spaced(scope: Scope, reference: Reference) -> str:
    """What to write for `${score.accuracy-erm}`, where the hyphen was to be a minus."""
    field, hyphen, rest = (reference.field or "").partition("-")
    meant = hyphen and scope.output(replace(reference, field=field)) is not None
    return f"for a minus write spaces: `${{{reference.name}.{field} - {rest}}}`" if meant else ""


def _outputs(scope: Scope, stage: str) -> list[str]:
    operator = scope.operator(scope.stages[stage])
    assert operator is not None
    metrics = [m for port in operator.outputs for m in scope.metrics(stage, port) or ()]
    return [*operator.outputs, *metrics]


def _field(scope: Scope, axis: Axis, reference: Reference) -> Iterator[Diagnostic]:
    lacking = [level for level in axis.levels if axis.value(level, reference.field) is None]
    if not lacking:
        return
    known = axis.fields()
    message = f"the level `{lacking[0].label}` of `{axis.name}` has no field `{reference.field}`"
    if axis.kind == "search" and axis.search is not None and not axis.search.space:
        message = f"the search of `{axis.name}` has no hyper-parameter `{reference.field}`"
    yield Diagnostic("unknown-field", message, reference.span, nearest(reference.field, known))


def _sequence(scope: Scope, previous: Previous, along: str | None) -> Iterator[Diagnostic]:
    if previous.previous.name in scope.axes:
        hint = "`previous` reads a stage, one step earlier along a sequence axis"
        yield Diagnostic(
            "unknown-stage",
            f"`{previous.previous.name}` is an axis, not a stage",
            previous.previous.span,
            hint,
        )
    names = scope.sequence_axes
    if along is not None and along not in names:
        yield Diagnostic(
            "not-a-sequence", f"`{along}` is no sequence axis", previous.span, nearest(along, names)
        )
    elif along is None and len(names) != 1:
        hint = f"write `along: {names[0]}`" if names else "declare one: `round: {sequence: 3}`"
        message = f"`previous` needs a sequence axis, and the study has {len(names)}"
        yield Diagnostic("not-a-sequence", message, previous.span, hint)


def _pinned(scope: Scope, at: At, axis: str, level: Expression) -> Iterator[Diagnostic]:
    if axis not in scope.axes:
        yield _no_axis(scope, axis, at.span)
        return
    if isinstance(level, Reference):
        if level.name in scope.stages or (level.name in scope.axes and level.field is not None):
            yield _no_axis(scope, str(level)[2:-1], level.span)
        elif level.name in scope.axes:
            known = set(scope.axes[axis].texts())
            missing = sorted(set(scope.axes[level.name].texts()) - known)
            if missing:
                message = f"`{axis}` has no level `{missing[0]}`, which `{level.name}` has"
                yield Diagnostic("unknown-level", message, level.span, nearest(missing[0], known))
        return
    label = getattr(level, "value", None)
    if not has_level(scope.axes[axis], label):
        yield unknown_level(scope.axes[axis], label, level.span)


def _condition(scope: Scope, condition: Condition) -> Iterator[Diagnostic]:
    for restriction in condition:
        axis = scope.axes.get(restriction.axis)
        if axis is None:
            yield _no_axis(scope, restriction.axis, restriction.span)
            continue
        for level in restriction.levels:
            if isinstance(level, Reference):
                if level.name not in scope.axes or level.field is not None:
                    yield _no_axis(scope, str(level)[2:-1], level.span)
            elif isinstance(level, Scalar) and not has_level(axis, level.value):
                yield unknown_level(axis, level.value, level.span)


def _zips(scope: Scope) -> Iterator[Diagnostic]:
    taken: dict[str, Span] = {}
    for group in scope.study.zips:
        sizes = {}
        for name, span in group:
            if name not in scope.axes:
                yield _no_axis(scope, name, span)
                continue
            if name in taken:
                yield Diagnostic(
                    "zip-twice", f"`{name}` is zipped twice", span, "zip all its partners in one group"
                )
            taken[name] = span
            sizes[name] = len(scope.axes[name].levels)
        if len(set(sizes.values())) > 1:
            listed = ", ".join(f"`{name}` has {size}" for name, size in sizes.items())
            hint = "zipped axes go in step: give them equally many levels"
            yield Diagnostic("zip-length", f"zipped axes differ in length: {listed}", group[0][1], hint)


def _no_axis(scope: Scope, name: str, span: Span) -> Diagnostic:
    return Diagnostic("unknown-axis", f"no axis is called `{name}`", span, nearest(name, scope.axes))
