"""The task that is meant: by its first digits, or by its stage and levels."""

from collections.abc import Sequence
from typing import NamedTuple

from heldout.compiler.compile import Compiled
from heldout.compiler.diagnostics import nearest
from heldout.compiler.plan.cells import Cell
from heldout.compiler.refusal import Refusal

FEWEST_DIGITS = 4


class Found(NamedTuple):
    """A task of a study, and the first cell that has it."""

    stage: str
    cell: Cell
    task: str


def find_task(compiled: Compiled, text: str, levels: Sequence[str] = ()) -> Found:
    """The task of a stage and levels, or of its first digits.

    Args:
        compiled: the study.
        text: a stage, or digits.
        levels: with a stage `AXIS=LEVEL`; the other axes are at their first level.

    Raises:
        Refusal: there is no such stage, axis, level or task.
    """
    if text in compiled.expansions:
        return _at(compiled, text, levels)
    for name, expansion in compiled.expansions.items():
        for cell, task in expansion.cells():
            if len(text) >= FEWEST_DIGITS and task.startswith(text):
                return Found(name, cell, task)
    raise Refusal(f"the study has no stage or task `{text}`", nearest(text, compiled.expansions))


def _at(compiled: Compiled, stage: str, levels: Sequence[str]) -> Found:
    expansion = compiled.expansions[stage]
    grid = expansion.grid
    chosen, named = dict.fromkeys(grid.axes, 0), set[str]()
    for level in levels:
        axis, equals, label = level.partition("=")
        if not equals:
            hint = f"write `AXIS=LEVEL`; its axes: {', '.join(grid.axes)}"
            if level in grid.axes:
                hint = f"write `AXIS=LEVEL`, such as `{level}={compiled.scope.axes[level].texts()[0]}`"
            raise Refusal(f"`{level}` names no level of an axis", hint)
        if axis not in grid.axes:
            raise Refusal(f"`{stage}` has no axis `{axis}`", nearest(axis, grid.axes))
        labels = compiled.scope.axes[axis].texts()
        if label not in labels:
            raise Refusal(f"`{axis}` has no level `{label}`", nearest(label, labels))
        if axis in named:
            raise Refusal(
                f"`{axis}` is given two levels, `{labels[chosen[axis]]}` and `{label}`", "give it one"
            )
        named.add(axis)
        chosen[axis] = labels.index(label)
    cell = tuple(chosen.values())
    task = expansion.ids[grid.flat(cell)]
    if task is None:
        raise Refusal(f"`{stage}` does not run there", "look at its `when`, and at the study's `exclude`")
    return Found(stage, cell, task)
