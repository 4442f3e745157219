"""Roles in time: rows that are tested on at a step, and trained on at a later one."""

import itertools
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from heldout.compiler.analysis.evaluate import Evaluator, NoValue
from heldout.compiler.analysis.knowledge import Knowledge, When
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import OutputOf, Scope
from heldout.compiler.syntax.expression import At, Literal, Previous
from heldout.compiler.syntax.study import Stage, level_text

Origin = tuple[str, str]

# Parameters by which a stage pins what it brings from outside.
PINS = ("revision", "sha256")


class PassedRows:
    """What becomes of knowledge from one step of a sequence axis to the next.

    An output arrives by steps where its operator says that rows of different values of a parameter are apart,
    that parameter is told by one sequence axis alone, with another value at every level, and what it reads is
    the same at all of them. Its labels are those of `now` where its own step is read, and of rows that have
    `passed` one step later, through `previous` along that axis. They are of `some-step` where cells are named
    or gathered: then nobody knows which.
    """

    def __init__(self, scope: Scope, reaches: Reaches) -> None:
        self._scope = scope
        self._reaches = reaches

    @cached_property
    def along(self) -> dict[Origin, str]:
        """The sequence axis of every output that arrives by its steps."""
        found = {}
        for stage in self._scope.stages.values():
            operator = self._scope.operator(stage)
            for port, output in operator.outputs.items() if operator is not None else ():
                if output.role == "test" and output.apart_by is not None and not stage.over:
                    axis = self._axis_of(stage, output.apart_by)
                    if axis is not None:
                        found[stage.name, port] = axis
        return found

    def _axis_of(self, stage: Stage, parameter: str) -> str | None:
        """The sequence axis that tells a parameter of a stage, at each of its levels another value."""
        argument, scope = stage.argument(parameter), self._scope
        axes = self._reaches.axes_of(argument.value) if argument is not None else ()
        if argument is None or len(axes) != 1 or scope.axes[axes[0]].kind != "sequence":
            return None
        axis = axes[0]
        read = {name for a, _ in scope.port_arguments(stage) for name in self._reaches.axes_of(a.value)}
        if read & {axis, *self._in_step_with(axis)}:
            return None
        evaluator = Evaluator(scope)
        try:
            values = [evaluator.value(argument.value, {axis: n}) for n in range(len(scope.axes[axis].levels))]
        except NoValue:
            return None
        names = {_as_domain(value) for value in values if isinstance(value, str | int | float)}
        return axis if len(names) == len(values) else None

    def _in_step_with(self, axis: str) -> set[str]:
        zipped = [{name for name, _ in group} for group in self._scope.study.zips]
        return set().union(*(group for group in zipped if axis in group)) - {axis}

    def moved(self, k: Knowledge, step: Previous | At) -> Knowledge | None:
        """Knowledge as it is read one step later, or at named levels; None where no step has it."""
        if isinstance(step, At):
            return self.elsewhere(k, {axis for axis, _ in step.levels})
        along = self._reaches.along(step)
        if along is None:
            return k
        when = self._a_step_later(k.when, along)
        if when is None:
            return None
        k = replace(k, when=when)
        if k.kind in ("now", "passed") and self.along.get(k.origin) == along:
            return replace(k, kind="passed")
        return self.elsewhere(k, {along, *self._in_step_with(along)})

    def elsewhere(self, k: Knowledge, axes: Iterable[str]) -> Knowledge:
        """Knowledge of cells that differ from those at hand by the levels of some axes."""
        if k.kind in ("now", "passed") and self._reaches.axes[k.origin[0]] & set(axes):
            return replace(k, kind="test" if k.kind == "now" else "some-step")
        return k

    def _a_step_later(self, when: When, along: str) -> When | None:
        """The levels at which that is one step earlier which holds at these; None: at none."""
        texts = self._scope.axes[along].texts()
        if not any(axis == along for axis, _ in when) or len(set(texts)) < len(texts):
            others = {along, *self._in_step_with(along)}
            return frozenset(p for p in when if p[0] not in others)
        following = dict(itertools.pairwise(texts))
        later = {(axis, following[label]) for axis, label in when if axis == along and label in following}
        others = {along, *self._in_step_with(along)}
        kept = {p for p in when if p[0] not in others}
        return frozenset(kept | later) if later else None

    def trained_on(
        self, learnt: Iterable[Knowledge], scored: Iterable[Knowledge]
    ) -> Iterator[tuple[Knowledge, Knowledge]]:
        """What was learnt of rows that have passed, each with what is scored on and may hold such rows.

        Rows of the same output at this very step are none of them. Rows of another test output may be where
        both were taken from the same data.
        """
        before = [k for k in learnt if k.kind in ("passed", "some-step")]
        for k in before:
            for other in scored:
                if other.kind not in ("test", "now", "passed", "some-step"):
                    continue
                fresh = k.origin == other.origin and (k.kind, other.kind) == ("passed", "now")
                if not fresh and self._taken_from(k.origin[0]) & self._taken_from(other.origin[0]):
                    yield k, other

    def _taken_from(self, stage: str) -> set[str]:
        """A stage with all those that its rows were taken from, and the sources of these.

        Stages that take rows from nowhere are one source where they use one operator, unless what they bring
        from outside is pinned, and otherwise.
        """
        found, waiting = {stage}, [stage]
        while waiting:
            reader = self._scope.stages[waiting.pop()]
            read = {output.stage for output in self._rows_read(reader)}
            if not read:
                found.add(f"{reader.use} {self._pins(reader)}")
            waiting += read - found
            found |= read
        return found

    def _rows_read(self, stage: Stage) -> Iterator[OutputOf]:
        for argument, _ in self._scope.port_arguments(stage):
            for output in self._scope.sources(argument.value):
                if self._scope.catalog.kind(self._scope.kind(output.stage, output.port)).holds_rows:
                    yield output

    def _pins(self, stage: Stage) -> list[str]:
        """What a stage pins of the outside, where it is written there."""
        values = {a.name: a.value for a in stage.arguments if a.name in PINS}
        return sorted(f"{name} {one.value}" for name, one in values.items() if isinstance(one, Literal))


def _as_domain(value: str | int | float) -> str:
    """A value as domains are called: 15, 15.0 and `15` are one."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return unicodedata.normalize("NFC", level_text(whole))
