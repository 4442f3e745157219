"""What of a task its parameters decide, as canonical JSON: most cells share most of it."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from heldout.compiler.analysis.evaluate import Evaluator
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Operator
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.columns import Column, Shape
from heldout.compiler.plan.computed import Computed
from heldout.compiler.plan.gathering import Gathering
from heldout.compiler.syntax.study import Stage

Axes = frozenset[str]
Cells = Sequence[int]


class Code(NamedTuple):
    """The code that a task's parameters choose, as canonical JSON.

    Attributes:
        components: that they name, with their digests.
        libraries: that all its code takes from, with their versions.
    """

    components: str
    libraries: str


class Values:
    """The parameters of one stage at any of its cells."""

    def __init__(
        self,
        scope: Scope,
        evaluator: Evaluator,
        stage: Stage,
        operator: Operator,
        shape: Shape,
        reached: Mapping[str, Axes],
        gathering: Gathering | None,
    ) -> None:
        """Of a stage.

        Args:
            scope: of the study.
            evaluator: of its expressions.
            stage: whose parameters these are.
            operator: that it uses.
            shape: of the stage's grid.
            reached: by argument, the axes that its value reaches.
            gathering: of the stage, where it has `over`.
        """
        self._catalog = scope.catalog
        self._evaluator = evaluator
        self._stage = stage
        self._operator = operator
        self._shape = shape
        self._gathering = gathering
        search = {stage.search.name} if stage.search is not None else set[str]()
        self._computed = Computed(scope, evaluator, stage, operator)
        self._telling = {name: reached.get(name, Axes()) | search for name in operator.parameters}
        # Neighbours that the same axes tell are written together.
        runs = itertools.groupby(sorted(operator.telling), key=self._telling.__getitem__)
        self._runs = [run for axes, names in runs for run in self._written(axes, list(names))]
        self._choices = [name for name, one in operator.parameters.items() if one.choice is not None]
        of_choices = Axes().union(*(self._telling[name] for name in self._choices))
        self._code = Column(shape, of_choices, self._chosen)

    def parameters(self, cells: Cells) -> list[str]:
        """Every parameter with its value at each of some cells, defaults too."""
        if not self._runs:
            return ["{}"] * len(cells)
        texts = zip(*(run(cells) for run in self._runs), strict=True)
        return [f"{{{','.join(parts)}}}" for parts in texts]

    def code(self, cells: Cells) -> list[Code]:
        """The code that is chosen at each of some cells."""
        return self._code.at(cells)

    def codes(self, cells: Iterable[int]) -> list[Code]:
        """The code that is chosen at any of some cells."""
        return self._code.different(cells)

    def _written(self, axes: Axes, names: list[str]) -> Iterator[Callable[[Cells], list[str]]]:
        """How some parameters that the same axes tell are written at cells."""
        if self._gathering is None or axes <= self._shape.keys():
            keyed = [(name, canonical(name)) for name in names]
            yield Column(
                self._shape,
                axes,
                lambda at: ",".join([f"{key}:{self._text(name, at)}" for name, key in keyed]),
            ).at
        else:
            yield from (self._lists(self._gathering, axes, name) for name in names)

    def _lists(self, gathering: Gathering, axes: Axes, name: str) -> Callable[[Cells], list[str]]:
        """How a parameter is written that is given a list: its values at what a cell gathers."""
        values = Column(gathering.shape, axes, lambda at: self._text(name, at))
        key = canonical(name)
        return lambda cells: [f"{key}:[{','.join(own)}]" for own in gathering.by_cell(cells, values.at)]

    def _text(self, name: str, at: Mapping[str, int]) -> str:
        return canonical(self._value(name, at))

    def _value(self, name: str, at: Mapping[str, int]) -> Any:
        if name in self._computed:
            return self._computed.value(name, at)
        return self._evaluator.parameter(self._stage, name, at)

    def mistakes(self) -> Iterator[Diagnostic]:
        """What is wrong with values that are computed, in the cells whose parameters were asked for."""
        return self._computed.mistakes()

    def _chosen(self, at: Mapping[str, int]) -> Code:
        parameters = {name: self._value(name, at) for name in self._choices}
        chosen = self._evaluator.components(self._operator, parameters)
        libraries = {*self._operator.libraries, *(name for one in chosen.values() for name in one.libraries)}
        return Code(
            canonical({name: component.digest for name, component in chosen.items()}),
            canonical(self._catalog.releases(libraries)),
        )
