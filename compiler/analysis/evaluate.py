"""Evaluate expressions: the plain value that one stands for at given levels of the axes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from heldout.compiler.analysis.arithmetic import Undefined, apply
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.values import describe_value
from heldout.compiler.catalog import Component, Operator, Parameter
from heldout.compiler.diagnostics import Span, nearest
from heldout.compiler.syntax import prior
from heldout.compiler.syntax.expression import (
    Arithmetic,
    Draw,
    Expression,
    Formula,
    Input,
    ListOf,
    Literal,
    MapOf,
    Number,
    Reference,
    names_in,
)
from heldout.compiler.syntax.study import Level, Stage

At = Mapping[str, int]  # the number of the level of each axis that matters
Path = tuple[str, ...]


class NoValue(Exception):
    """An expression has no plain value: it reads a stage, or a field that a level does not have."""

    def __init__(self, message: str, span: Span, hint: str = "") -> None:
        super().__init__(message)
        self.span = span
        self.hint = hint


class NoNumber(NoValue):
    """Arithmetic has no value at the levels at hand, such as where it divides by zero."""


@dataclass(frozen=True)
class Drawn:
    """What a search drew, which may be null."""

    value: Any


class Evaluator:
    """Values of the parameters of a study's stages."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def level(self, axis: str, at: At) -> Level:
        return self.scope.axes[axis].levels[at[axis]]

    def value(self, expression: Expression, at: At, path: Path = ()) -> Any:
        """The plain value of an expression.

        Args:
            expression: with references to axes only.
            at: a level of every axis that it reaches.
            path: where the expression stands, by names; it tells the draws of a search apart.

        Raises:
            NoValue: it has none.
        """
        match expression:
            case Literal(value):
                return value
            case Reference(name) if name in self.scope.axes:
                chosen, place = self._at_level(expression, at)
                return self.value(chosen, at, place)
            case Draw(drawn):
                return self.draw(drawn, at, path, expression.span)
            case Arithmetic(formula):
                return self._computed(formula, expression, at)
            case ListOf(items):
                return [self.value(item, at, (*path, str(i))) for i, item in enumerate(items)]
            case MapOf(entries):
                return {key: self.value(value, at, (*path, key)) for key, _, value in entries}
            case _:
                raise NoValue(
                    "a parameter cannot read the output of a stage",
                    expression.span,
                    "write a value or `${axis}`",
                )

    def _computed(self, formula: Formula, whole: Arithmetic, at: At) -> Any:
        """The number of a formula; where it has inputs, the tree of it with all else put in.

        A tree is a number, `["input", 0]`, or a function with its arguments: `["-", 1, ["input", 0]]`.

        Raises:
            NoNumber: there is none at these levels.
        """
        match formula:
            case Number(value):
                return value
            case Input(index):
                return ["input", index]
            case Reference():
                number = self.value(formula, at)
                if isinstance(number, bool) or not isinstance(number, int | float):
                    message = f"`{formula.bare}` is {describe_value(number)}{self.where(whole, at)}"
                    raise NoNumber(message, formula.span, "arithmetic takes numbers")
                return number
        arguments = [self._computed(one, whole, at) for one in formula.arguments]
        if any(isinstance(one, list) for one in arguments):
            return [formula.function, *arguments]
        try:
            return apply(formula.function, *arguments)
        except Undefined as error:
            message = f"`{whole.text.strip()[:80]}` {error}{self.where(whole, at)}"
            raise NoNumber(message, formula.span, "write other numbers, or leave these levels out") from error

    def where(self, arithmetic: Arithmetic, at: At) -> str:
        """The levels at which arithmetic is looked at, of the axes that it names: ` (at batch 0)`."""
        axes = dict.fromkeys(r.name for r in names_in(arithmetic.formula) if r.name in at)
        named = ", ".join(f"{axis} {self.level(axis, at).text}" for axis in axes)
        return f" (at {named})" if named else ""

    def draw(self, drawn: prior.Prior, at: At, path: Path, span: Span) -> Any:
        axis = self.scope.search_axis
        if axis is None or axis.search is None:
            hint = "declare one: `trial: {search: {}, trials: 20}`"
            raise NoValue("a prior needs a search axis to be drawn from", span, hint)
        return prior.draw(drawn, axis.search.seed, ".".join(filter(None, path)), at[axis.name])

    def choice(self, expression: Expression, at: At, kind: str, path: Path) -> tuple[str, dict[str, Any]]:
        """The component that an expression names, and the parameters that it writes.

        A named level stands for its value where that value names a component itself, and
        otherwise for its own name with the value as parameters. What a component was called before
        means the same, and draws the same.

        Raises:
            NoValue: no component is named.
        """
        known = self.scope.catalog.component_names.get(kind, {})
        name, parameters = self.written_choice(expression, at, kind, path)
        return canonical(name, known), parameters

    def choices(
        self, expression: Expression, at: At, parameter: Parameter, path: Path
    ) -> list[tuple[Expression, Path]]:
        """What names each component of a parameter, and where it stands: one, or the members of a list.

        Raises:
            NoValue: a list is wanted and there is none, or nothing can be read.
        """
        if may_be_none(parameter) and self.value(expression, at, path) is None:
            return []
        if not parameter.listed:
            return [(expression, path)]
        written = expression
        while isinstance(expression, Reference) and expression.name in self.scope.axes:
            expression, path = self._at_level(expression, at)
        match expression:
            case ListOf(items):
                return [(item, (*path, str(i))) for i, item in enumerate(items)]
            case Literal(list() | tuple() as items):  # a default
                return [(Literal(item, expression.span), (*path, str(i))) for i, item in enumerate(items)]
        found = self.value(expression, at, path)
        shown = json.dumps(found, ensure_ascii=False)[:80]
        message = f"a list of {parameter.choice} in order is wanted, not {describe_value(found)}"
        raise NoValue(message, written.span, f"write a list: `[{shown}]`" if found else "write a list: `[]`")

    def written_choice(
        self, expression: Expression, at: At, kind: str, path: Path = ()
    ) -> tuple[str, dict[str, Any]]:
        """The same with the name as the study writes it."""
        known = self.scope.catalog.component_names.get(kind, {})
        value = self._value_of_choice(expression, at, path, known)
        if isinstance(expression, Reference) and expression.field is None:
            level = self.level(expression.name, at)
            if self.scope.axes[expression.name].kind == "named" and not _names_component(value, known):
                label = str(level.label)
                if known.get(label, label) != label:  # a former name; its draws are those of the present one
                    value = self.value(
                        level.value, at, (self.scope.axes[expression.name].drawn_as, known[label], "")
                    )
                value = {label: value}
        if isinstance(value, str):
            return value, {}
        if isinstance(value, dict) and len(value) == 1:
            ((name, parameters),) = value.items()
            if parameters is None or isinstance(parameters, dict):
                return name, dict(parameters or {})
        message = f"`{json.dumps(value, ensure_ascii=False)[:80]}` names none of the {kind}"
        raise NoValue(message, expression.span, nearest("", known))

    def _value_of_choice(self, expression: Expression, at: At, path: Path, known: Mapping[str, str]) -> Any:
        """A value that may name a component by a former name, which draws what it does by the present one."""
        while isinstance(expression, Reference) and expression.name in self.scope.axes:
            expression, path = self._at_level(expression, at)
        match expression:
            case MapOf(((key, _, inner),)) if known.get(key, key) != key:
                return {key: self.value(inner, at, (*path, known[key]))}
        return self.value(expression, at, path)

    def _at_level(self, reference: Reference, at: At) -> tuple[Expression, Path]:
        """What a reference to an axis stands for at a level, and the path of what is drawn there."""
        name, field = reference.name, reference.field
        level, axis = self.level(name, at), self.scope.axes[name]
        chosen = axis.value(level, field)
        if chosen is None:
            message = f"the level `{level.label}` of `{name}` has no field `{field}`"
            raise NoValue(message, reference.span, "write the field at every level")
        return chosen, (axis.drawn_as, str(level.label), field or "")

    def choice_place(self, expression: Expression, at: At, kind: str) -> Span:
        """The place where a component is named: in the value, or as the level's own name."""
        if isinstance(expression, Reference) and expression.field is None:
            level = self.level(expression.name, at)
            named = self.scope.axes[expression.name].kind == "named"
            known = self.scope.catalog.component_names.get(kind, {})
            if named and not _names_component(self.value(expression, at), known):
                return level.span
        return self.locate(expression, at, ())

    def parameter(self, stage: Stage, name: str, at: At) -> Any:
        """The value of a stage's parameter, as its task will have it.

        Written values first, then the trial's draw where the stage searches, then the default;
        a choice with all its parameters, a set sorted and without repeats.

        Raises:
            NoValue: the spec gives none.
        """
        operator = self.scope.operator(stage)
        assert operator is not None
        parameter = operator.parameters[name]
        argument = stage.argument(name)
        path = (stage.use, name)
        if parameter.choice is not None:
            expression = argument.value if argument else Literal(parameter.default, stage.span)
            if may_be_none(parameter) and self.value(expression, at, path) is None:
                return None
            filled = [
                self._filled_choice(stage, one, at, parameter.choice, place)
                for one, place in self.choices(expression, at, parameter, path)
            ]
            return filled if parameter.listed else filled[0]
        if argument is not None:
            return (
                as_set(self.value(argument.value, at, path))
                if parameter.set
                else self.value(argument.value, at, path)
            )
        drawn = self.searched(stage, parameter, name, at, stage.use)
        return parameter.default if drawn is None else drawn.value

    def _filled_choice(self, stage: Stage, expression: Expression, at: At, kind: str, path: Path) -> Any:
        name, written = self.choice(expression, at, kind, path)
        component = self.scope.catalog.components.get(kind, {}).get(name)
        if component is None:
            raise NoValue(f"none of the {kind} is called `{name}`", expression.span)
        filled = {}
        for key, parameter in component.parameters.items():
            drawn = None if key in written else self.searched(stage, parameter, key, at, f"{kind}/{name}")
            value = written.get(key, parameter.default) if drawn is None else drawn.value
            filled[key] = as_set(value) if parameter.set else value
        return {name: filled}

    def searched(self, stage: Stage, parameter: Parameter, name: str, at: At, owner: str) -> Drawn | None:
        """The draw of a parameter that is not written, in a stage that searches; None where it has none.

        What the axis names itself is the same draw as `${trial.NAME}`; what operators declare has
        a stream for each operator or component.
        """
        axis = self.scope.axes.get(stage.search.name) if stage.search is not None else None
        if axis is None or axis.search is None:
            return None
        space = dict(axis.search.space)
        if name in space:
            return Drawn(prior.draw(space[name], axis.search.seed, name, at[axis.name]))
        if not axis.search.defaults or parameter.prior is None:
            return None
        first = parameter.default if axis.search.first_at_defaults else None
        declared = prior.Prior(parameter.prior.name, tuple(parameter.prior.arguments), first)
        return Drawn(prior.draw(declared, axis.search.seed, f"{owner}.{name}", at[axis.name]))

    def components(self, operator: Operator, parameters: Mapping[str, Any]) -> dict[str, Component]:
        """The components that filled parameters name, by `KIND/NAME`."""
        components = {}
        for name, parameter in operator.parameters.items():
            if parameter.choice is None or parameters[name] is None:
                continue
            for one in parameters[name] if parameter.listed else [parameters[name]]:
                chosen = next(iter(one))
                component = self.scope.catalog.components[parameter.choice][chosen]
                components[f"{parameter.choice}/{chosen}"] = component
        return components

    def locate(self, expression: Expression, at: At, path: tuple[str | int, ...]) -> Span:
        """The place of a part of an expression's value: in the stage, or in the level it came from."""
        match expression, path:
            case Reference(name, field), _ if name in self.scope.axes and name in at:
                level = self.level(name, at)
                chosen = self.scope.axes[name].value(level, field)
                if chosen is None or (isinstance(chosen, Literal) and chosen.value is None and not path):
                    return level.span
                return self.locate(chosen, at, path)
            case ListOf(items), (int() as index, *rest) if index < len(items):
                return self.locate(items[index], at, tuple(rest))
            case MapOf(entries), (key, *rest):
                for name, _, value in entries:
                    if name == key:
                        return self.locate(value, at, tuple(rest))
                return expression.span
            case _:
                return expression.span

    def locate_key(self, expression: Expression, at: At, path: tuple[str | int, ...]) -> Span:
        """The place of a key of an expression's value: where it is written, and not its value."""
        match expression, path:
            case Reference(name, field), _ if name in self.scope.axes and name in at:
                chosen = self.scope.axes[name].value(self.level(name, at), field)
                return self.level(name, at).span if chosen is None else self.locate_key(chosen, at, path)
            case MapOf(entries), (key, *rest):
                for name, span, value in entries:
                    if name == key:
                        return self.locate_key(value, at, tuple(rest)) if rest else span
        return self.locate(expression, at, path)


def canonical(name: str, known: Mapping[str, str]) -> str:
    """A name as the catalog writes it: with hyphens where the spec has underscores, and the present one."""
    name = name if name in known else name.replace("_", "-")
    return known.get(name, name)


def may_be_none(parameter: Parameter) -> bool:
    """Whether a parameter that names a component may name none."""
    return not parameter.required and parameter.default is None


def as_set(value: Any) -> Any:
    """A list as the set that it stands for: sorted by its JSON, without repeats."""
    if not isinstance(value, list):
        return value
    by_json = {rfc8785.dumps(item): item for item in value}
    return [by_json[key] for key in sorted(by_json)]


def _names_component(value: Any, known: Mapping[str, str]) -> bool:
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value))
    return isinstance(value, str) and canonical(value, known) in known
