"""Stages with `compute`: what their names mean, and that gathered numbers stand where lists may."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Catalog
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.expression import (
    Arithmetic,
    At,
    Call,
    Expression,
    Formula,
    Input,
    ListOf,
    Literal,
    MapOf,
    Number,
    Previous,
    Reference,
    names_in,
)
from heldout.compiler.syntax.formula_reader import LIST_FUNCTIONS, is_list_function
from heldout.compiler.syntax.study import Argument, Compute, Stage, Study

INPUTS, MEMBERS = "inputs", "members"  # ports of the operator: of a stage without `over`, and with it
FORMULAS = "formulas"


def with_inputs(study: Study, catalog: Catalog) -> Study:
    """Before: stages that compute, with names in formulas. After: such stages with inputs by number.

    A name is one that the stage gives an input itself, else that of a stage or an axis. Numbers of axes
    stay names, which the compiler puts in; what comes from stages, through levels too, is an input.
    """
    scope = Scope(study, catalog)
    stages = [
        s if s.compute is None else replace(s, arguments=_arguments(scope, s, s.compute))
        for s in study.stages
    ]
    return replace(study, stages=tuple(stages))


def _arguments(scope: Scope, stage: Stage, compute: Compute) -> tuple[Argument, ...]:
    inputs = _Inputs(scope, {name.name: name.value for name in compute.names})
    # By name, so that the order of writing is no part of a task.
    entries = [
        (name, span, inputs.numbered(one)) for name, span, one in sorted(compute.metrics, key=lambda m: m[0])
    ]
    formulas = Argument(FORMULAS, stage.use_span, MapOf(tuple(entries), stage.use_span))
    if not inputs.read:
        return (formulas,)
    given = ListOf(tuple(inputs.read.values()), stage.use_span)
    return (Argument(MEMBERS if stage.over else INPUTS, stage.use_span, given), formulas)


@dataclass
class _Inputs:
    """What the formulas of a stage read, in the order in which they name it first."""

    scope: Scope
    own: dict[str, Expression]
    read: dict[str, Expression] = field(default_factory=dict)

    def numbered(self, metric: Reference | Arithmetic) -> Arithmetic:
        """A formula with inputs in the place of what comes from stages."""
        formula, text = (
            (metric, metric.bare) if isinstance(metric, Reference) else (metric.formula, metric.text)
        )
        return Arithmetic(self._formula(formula), text, metric.span)

    def _formula(self, formula: Formula) -> Formula:
        match formula:
            case Call(_, arguments):
                return replace(formula, arguments=tuple(map(self._formula, arguments)))
            case Reference(bare, None) if bare in self.own:
                return self._meant(formula, self.own[bare])
            case Reference():
                return self._meant(formula, formula)
            case _:
                return formula

    def _meant(self, name: Reference, value: Expression) -> Formula:
        match value:
            case Literal(int() | float() as number) if not isinstance(number, bool):
                return Number(number)
            case Reference(axis) if axis in self.scope.axes and not self.scope.sources(value):
                return value
            case _:
                index = list(self.read).index(name.bare) if name.bare in self.read else len(self.read)
                self.read[name.bare] = value
                return Input(index)


def check_computed(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Stages that compute use all their names, and lists where lists may stand. Changes nothing."""
    for stage in scope.stages.values():
        if stage.compute is None:
            continue
        named = {r.name for _, _, one in stage.compute.metrics for r in _names(one)}
        for own in stage.compute.names:
            if own.name not in named:
                message = f"nothing in `compute` of `{stage.name}` reads `{own.name}`"
                yield Diagnostic("unknown-argument", message, own.name_span, nearest(own.name, named))
            yield from _numbers(scope, own.name, own.value)
        values = {own.name: own.value for own in stage.compute.names}
        for name in dict.fromkeys(r for _, _, one in stage.compute.metrics for r in _names(one)):
            if name.name in scope.axes and scope.sources(name) and name.name not in values:
                yield from _numbers(scope, name.bare, name)
        for _, _, one in stage.compute.metrics:
            formula = one if isinstance(one, Reference) else one.formula
            yield from _lists(reaches, stage, values, formula, inside=False)


def _numbers(scope: Scope, name: str, value: Expression) -> Iterator[Diagnostic]:
    """What a name stands for is one number at every level: of a stage, of an axis, or one that is written."""
    parts = scope.alternatives(value)
    if not scope.sources(value) and isinstance(value, Reference | Literal):
        if isinstance(value, Literal) and (isinstance(value.value, bool | str) or value.value is None):
            yield _no_number(name, value)
        return
    for part in parts:
        match part:
            case Reference() | At():
                pass
            case Previous(_, initially):
                yield from _numbers(scope, name, initially)
            case _:
                yield _no_number(name, part)


def _no_number(name: str, part: Expression) -> Diagnostic:
    what = "is computed itself" if isinstance(part, Arithmetic) else "is no number of a stage"
    message = f"`{name}` {what} here"
    hint = "refer to a metric: `${stage.metric}`, or `{from: …, at: …}`, and compute in the formula"
    return Diagnostic("wrong-kind", message, part.span, hint)


def _names(metric: Reference | Arithmetic) -> Iterator[Reference]:
    yield from names_in(metric if isinstance(metric, Reference) else metric.formula)


def _gathered(reaches: Reaches, stage: Stage, own: dict[str, Expression], name: Reference) -> list[str]:
    """The axes along which what a name stands for is gathered."""
    value = own[name.name] if name.field is None and name.name in own else name
    return sorted(stage.gathered & set(reaches.axes_of(value)))


def _lists(
    reaches: Reaches, stage: Stage, own: dict[str, Expression], formula: Formula, inside: bool
) -> Iterator[Diagnostic]:
    """What is gathered stands in a function that takes a list, and such a function has something gathered."""
    over = stage.gathered
    match formula:
        case Call(function, arguments):
            takes_list = is_list_function(formula)
            if takes_list and not any(_gathered(reaches, stage, own, name) for name in names_in(formula)):
                nothing = "nothing in it is gathered" if over else f"`{stage.name}` gathers nothing"
                hint = "say along which axes: `over: [seed]`" if not over else f"take `{function}` away"
                message = f"`{function}` takes a list that is gathered, and {nothing}"
                yield Diagnostic("not-a-list", message, formula.span, hint)
                return
            for argument in arguments:
                yield from _lists(reaches, stage, own, argument, inside or takes_list)
        case Reference(name, field):
            value = own[name] if field is None and name in own else formula
            gathered = _gathered(reaches, stage, own, formula)
            if not gathered:
                return
            scope = reaches.scope
            if isinstance(value, Reference) and value.name in scope.axes and not scope.sources(value):
                message = f"`{formula.bare}` is gathered along `{gathered[0]}`, and has no one number here"
                hint = f"compute with it in a stage that has the axis `{gathered[0]}`, and gather that one"
                yield Diagnostic("gather-into-one", message, formula.span, hint)
            elif not inside:
                message = f"`{formula.bare}` is gathered along `{gathered[0]}`: a list, and no number"
                others = ", ".join(sorted({*LIST_FUNCTIONS, "min", "max"} - {"mean"}))
                hint = f"write `mean({formula.bare})`, or another of {others}"
                yield Diagnostic("gather-into-one", message, formula.span, hint)
