"""What of a task its parameters decide, as canonical JSON: most cells share most of it."""

from collections.abc import Mapping, Sequence, Set
from typing import Any, NamedTuple

from heldout.compiler.analysis.evaluate import Evaluator
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Operator
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.inputs import Levels
from heldout.compiler.syntax.study import Stage


class ValuesText(NamedTuple):
    """What of a task its parameters decide, as canonical JSON.

    Attributes:
        parameters: each with its value, defaults too.
        components: that they name, with their digests.
        libraries: that all this code takes from, with their versions.
    """

    parameters: str
    components: str
    libraries: str


class ValueTexts:
    """Writes the parameters of one stage at any levels.

    Attributes:
        axes: that parameters vary along.
        chooses: a parameter may name a component.
    """

    def __init__(
        self,
        scope: Scope,
        evaluator: Evaluator,
        stage: Stage,
        operator: Operator,
        axes: Sequence[str],
        reached: Mapping[str, Set[str]],
    ) -> None:
        """Of a stage.

        Args:
            scope: of the study.
            evaluator: of its expressions.
            stage: whose parameters these are.
            operator: that it uses.
            axes: of the stage's grid.
            reached: by argument, the axes that its value reaches.
        """
        self.chooses = any(parameter.choice is not None for parameter in operator.parameters.values())
        self._catalog = scope.catalog
        self._evaluator = evaluator
        self._stage = stage
        self._operator = operator
        search = {stage.search.name} if stage.search is not None else set()
        self.axes = frozenset(search.union(*(reached.get(name, ()) for name in operator.parameters)))
        over = {name for name, _ in stage.over}
        self._gathered = {name for name in operator.parameters if over & reached.get(name, frozenset())}
        self._names = [(name, canonical(name)) for name in sorted(operator.telling)]
        self._varies = {
            name: tuple(axis for axis in axes if axis in reached.get(name, ()) or axis in search)
            for name in operator.parameters
        }
        self._num_axes = len(axes)
        self._known: dict[tuple[str, tuple[int, ...]], tuple[Any, str]] = {}
        self._own_libraries = canonical(scope.catalog.releases(operator.libraries))

    def at(self, members: Sequence[Levels]) -> ValuesText:
        """All parameters, and the code that they choose.

        Args:
            members: the levels of a cell; several where it gathers along axes.
        """
        values, texts = {}, []
        for name, quoted in self._names:
            if name in self._gathered:
                values[name] = [self._evaluator.parameter(self._stage, name, at) for at in members]
                text = canonical(values[name])
            else:
                values[name], text = self._value(name, members[0])
            texts.append(f"{quoted}:{text}")
        written = "{" + ",".join(texts) + "}"
        if not self.chooses:
            return ValuesText(written, "{}", self._own_libraries)
        chosen = self._evaluator.components(self._operator, values)
        libraries = {*self._operator.libraries, *(name for one in chosen.values() for name in one.libraries)}
        return ValuesText(
            written,
            canonical({name: component.digest for name, component in chosen.items()}),
            canonical(self._catalog.releases(libraries)),
        )

    def _value(self, name: str, at: Levels) -> tuple[Any, str]:
        """A parameter that nothing is gathered at, as a value and as canonical JSON."""
        axes = self._varies[name]
        key = tuple([at[axis] for axis in axes])
        found = self._known.get((name, key))
        if found is None:
            value = self._evaluator.parameter(self._stage, name, at)
            found = value, canonical(value)
            if len(axes) < self._num_axes:  # else it is this cell's alone
                self._known[name, key] = found
        return found
