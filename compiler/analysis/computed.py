"""Stages with `compute`: what their names mean, and that gathered numbers stand where lists may."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.values import describe_value
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
FORMULAS, LEVELS = "formulas", "levels"


def with_inputs(study: Study, catalog: Catalog) -> Study:
    """Before: stages that compute, with names in formulas. After: such stages with inputs by number.

    A name is one that the stage gives an input itself, else that of a stage or an axis. Numbers of axes
    stay names, which the compiler puts in; what comes from stages, through levels too, is an input. Where the
    stage gathers along an axis, so are its numbers.
    """
    reaches = Reaches(Scope(study, catalog))
    stages = [
        s if s.compute is None else replace(s, arguments=_arguments(reaches, s, s.compute))
        for s in study.stages
    ]
    return replace(study, stages=tuple(stages))


def _arguments(reaches: Reaches, stage: Stage, compute: Compute) -> tuple[Argument, ...]:
    # By name, so that the order of writing is no part of a task.
    metrics = sorted(compute.metrics, key=lambda metric: metric[0])
    meaning = _Meaning(reaches, stage, {name.name: name.value for name in compute.names})
    for _, _, one in metrics:
        for name in _names(one):
            meaning.see(name)
    entries = tuple((name, span, meaning.numbered(one)) for name, span, one in metrics)
    place = stage.use_span
    found = [Argument(FORMULAS, place, MapOf(entries, place))]
    if meaning.inputs:
        given = ListOf(tuple(meaning.inputs.values()), place)
        found.append(Argument(MEMBERS if stage.over else INPUTS, place, given))
    if meaning.levels:
        found.append(Argument(LEVELS, place, ListOf(tuple(meaning.levels.values()), place)))
    return tuple(found)


@dataclass
class _Meaning:
    """What the names in the formulas of a stage stand for.

    Attributes:
        inputs: those that come from stages, in the order in which they are named first.
        levels: numbers of axes along which the stage gathers, likewise; they go after the inputs.
    """

    reaches: Reaches
    stage: Stage
    own: dict[str, Expression]
    inputs: dict[str, Expression] = field(default_factory=dict)
    levels: dict[str, Expression] = field(default_factory=dict)

    def of(self, name: Reference) -> Expression:
        """What the stage itself says that a name stands for, or the reference that it is."""
        return self.own.get(name.bare, name)

    def see(self, name: Reference) -> None:
        """Take note of a name."""
        scope = self.reaches.scope
        match self.of(name):
            case Literal(int() | float() as number) if not isinstance(number, bool):
                pass
            case Reference(axis) as value if axis in scope.axes and not scope.sources(value):
                if self.reaches.of(value).axes & self.stage.gathered:
                    self.levels.setdefault(name.bare, value)
            case value:
                self.inputs.setdefault(name.bare, value)

    def numbered(self, metric: Reference | Arithmetic) -> Arithmetic:
        """A formula with numbers in the place of names, but for those of axes that the compiler puts in."""
        formula, text = (
            (metric, metric.bare) if isinstance(metric, Reference) else (metric.formula, metric.text)
        )
        return Arithmetic(self._formula(formula), text, metric.span)

    def _formula(self, formula: Formula) -> Formula:
        match formula:
            case Call(_, arguments):
                return replace(formula, arguments=tuple(map(self._formula, arguments)))
            case Reference():
                if formula.bare in self.inputs:
                    return Input(list(self.inputs).index(formula.bare))
                if formula.bare in self.levels:
                    return Input(len(self.inputs) + list(self.levels).index(formula.bare))
                value = self.of(formula)
                if isinstance(value, Literal) and isinstance(value.value, int | float):
                    return Number(value.value)
                return value if isinstance(value, Reference) else formula
            case _:
                return formula


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
    value = own.get(name.bare, name)
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
        case Reference():
            gathered = _gathered(reaches, stage, own, formula)
            if gathered:
                yield from _numbers_of_axis(reaches.scope, formula, own.get(formula.bare, formula))
            if gathered and not inside:
                message = f"`{formula.bare}` is gathered along `{gathered[0]}`: a list, and no number"
                others = ", ".join(sorted({*LIST_FUNCTIONS, "min", "max"} - {"mean"}))
                hint = f"write `mean({formula.bare})`, or another of {others}"
                yield Diagnostic("gather-into-one", message, formula.span, hint)


def _numbers_of_axis(scope: Scope, name: Reference, value: Expression) -> Iterator[Diagnostic]:
    """What a name of an axis that is gathered stands for is a number at every level."""
    for part in scope.alternatives(value) if not scope.sources(value) else ():
        number = getattr(part, "value", {})  # a mapping or a list has none
        if isinstance(part, Literal | MapOf | ListOf) and type(number) not in (int, float):
            message = f"`{name.bare}` is {describe_value(number)}, and no number"
            yield Diagnostic("no-number", message, name.span, "arithmetic takes numbers")
            return
