"""Check searches: what they name is read, what searches draws something, and it is of the right type."""

from collections.abc import Iterator

from heldout.compiler.analysis.evaluate import Evaluator, NoValue
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.situations import situations, telling_levels
from heldout.compiler.analysis.values import wrong_values
from heldout.compiler.catalog import Parameter
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.expression import Literal, Reference, walk
from heldout.compiler.syntax.study import Axis, Stage


def check_searches(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every search searches something that can be searched. Changes nothing."""
    for axis in scope.axes.values():
        yield from _unused_hyperparameters(scope, axis)
    evaluator = Evaluator(scope)
    for stage in scope.stages.values():
        if stage.search is not None:
            yield from _drawn(scope, evaluator, stage, scope.axes[stage.search.name], stage.search)


def _unused_hyperparameters(scope: Scope, axis: Axis) -> Iterator[Diagnostic]:
    if axis.search is None or not axis.search.space:
        return
    expressions = [a.value for stage in scope.stages.values() for a in stage.arguments]
    named = [other for other in scope.axes.values() if other.may_refer]
    expressions += [level.value for other in named for level in other.levels]
    parts = [p for e in expressions for p in walk(e) if isinstance(p, Reference) and p.name == axis.name]
    read = {p.field for p in parts}
    if None in read:
        return
    searching = [s for s in scope.stages.values() if s.search is not None and s.search.name == axis.name]
    known = {name for stage in searching for name in _parameters(scope, stage)}
    for name, _ in axis.search.space:
        if name not in read | known:
            hint = nearest(name, known) if known else f"write `${{{axis.name}.{name}}}` where it belongs"
            message = f"nothing reads the hyper-parameter `{name}` of the search `{axis.name}`"
            yield Diagnostic("unused-hyperparameter", message, axis.span, hint)


def _parameters(scope: Scope, stage: Stage) -> Iterator[str]:
    """The parameters of a stage's operator, and of the components that it could name."""
    operator = scope.operator(stage)
    for name, parameter in operator.parameters.items() if operator is not None else ():
        yield name
        for component in scope.catalog.components.get(parameter.choice or "", {}).values():
            yield from component.parameters


def _drawn(
    scope: Scope, evaluator: Evaluator, stage: Stage, axis: Axis, search: Reference
) -> Iterator[Diagnostic]:
    if axis.name in stage.gathered:
        hint = f"search in the stage that is repeated, and gather `{axis.name}` in the one that reads it"
        message = f"`{stage.name}` draws its parameters by `{axis.name}` and gathers `{axis.name}` too"
        yield Diagnostic("search-gathered", message, search.span, hint)
        return
    found = False
    for owner, name, parameter in _unwritten(scope, evaluator, stage):
        for trial in telling_levels(axis):
            drawn = evaluator.searched(stage, parameter, name, {axis.name: trial}, owner)
            if drawn is None:
                break
            found = True
            wrong = next(wrong_values(parameter.schema_, drawn.value, f"`{name}` of {owner}"), None)
            if wrong is not None:
                yield Diagnostic("wrong-value", f"{wrong[1]} (in trial {trial})", search.span, wrong[2])
                break
    if not found:
        message = f"`{stage.name}` searches, and no parameter of it is drawn by `{search}`"
        hint = "leave a searched parameter unwritten, or write `search: defaults` at the axis"
        yield Diagnostic("nothing-searched", message, search.span, hint)


def _unwritten(scope: Scope, evaluator: Evaluator, stage: Stage) -> Iterator[tuple[str, str, Parameter]]:
    """The parameters that a search may draw: the operator's own, and those of components it names."""
    operator = scope.operator(stage)
    for name, parameter in operator.parameters.items() if operator is not None else ():
        argument = stage.argument(name)
        if parameter.choice is None:
            if argument is None:
                yield stage.use, name, parameter
            continue
        expression = argument.value if argument is not None else Literal(parameter.default, stage.span)
        seen: set[tuple[str, frozenset[str]]] = set()
        for at in situations(scope, expression):
            try:
                parts = evaluator.choices(expression, at, parameter, (stage.use, name))
                named = [evaluator.choice(one, at, parameter.choice, path) for one, path in parts]
            except NoValue:
                continue  # reported where the argument is checked
            for chosen, written in named:
                component = scope.catalog.components.get(parameter.choice, {}).get(chosen)
                key = (chosen, frozenset(written))
                if component is None or key in seen:
                    continue
                seen.add(key)
                for own, inner in component.parameters.items():
                    if own not in written:
                        yield f"{parameter.choice}/{chosen}", own, inner
