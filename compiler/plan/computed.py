"""Parameters that are computed: their values, each checked where a cell has it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from heldout.compiler.analysis.arguments import arithmetic_in, mistakes_at
from heldout.compiler.analysis.evaluate import Evaluator, NoNumber
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.values import takes
from heldout.compiler.catalog import Operator
from heldout.compiler.diagnostics import Diagnostic, Span
from heldout.compiler.syntax.study import Stage

MOST_TOLD = 1000  # mistakes of one parameter that are counted


class Computed:
    """The parameters of one stage in which something is computed.

    Other parameters are checked as they are written. These are checked in the cells that there are, since
    what divides by zero where `exclude` leaves a cell out is no mistake.
    """

    def __init__(self, scope: Scope, evaluator: Evaluator, stage: Stage, operator: Operator) -> None:
        """Of a stage."""
        self._scope = scope
        self._evaluator = evaluator
        self._stage = stage
        self._operator = operator
        self._over = stage.gathered
        found = {a.name: arithmetic_in(scope, a.value) for a in stage.arguments}
        self._places = {name: {one.span: one for one in parts} for name, parts in found.items() if parts}
        self._takes = {
            name: takes(operator.parameters[name].schema_)
            for name in self._places
            if name in operator.parameters and operator.parameters[name].choice is None
        }
        self._mistakes: dict[str, dict[tuple[str, Span], list[Diagnostic]]] = {n: {} for n in self._places}

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def value(self, name: str, at: Mapping[str, int]) -> Any:
        """The value of a parameter; nothing where it has none, which is a mistake then."""
        try:
            value = self._evaluator.parameter(self._stage, name, at)
        except NoNumber:
            value = None
        else:
            known = self._takes.get(name)
            if known is not None and known([value] if self._over & at.keys() else value):
                return value
        self._check(name, at)
        return value

    def mistakes(self) -> Iterator[Diagnostic]:
        """What is wrong with the values that were asked for: each mistake once, where it is first."""
        for found in self._mistakes.values():
            for first, *others in found.values():
                more = f", and at {len(others):,} more" if others else ""
                yield replace(first, message=f"{first.message}{more}")

    def _check(self, name: str, at: Mapping[str, int]) -> None:
        mistakes, places = self._mistakes[name], self._places[name]
        if sum(map(len, mistakes.values())) >= MOST_TOLD:
            return
        argument, parameter = self._stage.argument(name), self._operator.parameters[name]
        assert argument is not None
        for problem in mistakes_at(self._scope, self._evaluator, self._stage, argument, parameter, at):
            if problem.code == "wrong-value" and problem.span in places:
                where = self._evaluator.where(places[problem.span], at)
                integer = problem.hint.startswith("write an integer")
                hint = "compute an integer: `a // b`, or `round(…)`" if integer else problem.hint
                problem = replace(problem, message=problem.message + where, hint=hint)
            mistakes.setdefault((problem.code, problem.span), []).append(problem)
