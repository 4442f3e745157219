"""The task that a command line names: by its first digits, or by its stage and levels."""

from typing import Annotated

import typer

from heldout.compiler.compile import Compiled
from heldout.compiler.diagnostics import nearest
from heldout.compiler.plan.cells import Cell
from heldout.compiler.refusal import Refusal

TaskName = Annotated[str, typer.Argument(help="A stage, or the first digits of a task.", show_default=False)]
Levels = Annotated[
    list[str] | None,
    typer.Argument(help="With a stage: AXIS=LEVEL; the other axes at their first level."),
]


def find_task(compiled: Compiled, text: str, levels: list[str]) -> tuple[str, Cell, str]:
    """The stage, cell and identity of a task, from its first digits or from a stage and levels."""
    if text in compiled.expansions:
        expansion = compiled.expansions[text]
        grid = expansion.grid
        chosen = dict.fromkeys(grid.axes, 0)
        for level in levels:
            axis, _, label = level.partition("=")
            if axis not in grid.axes:
                raise Refusal(f"`{text}` has no axis `{axis}`", nearest(axis, grid.axes))
            labels = [str(known) for known in compiled.scope.axes[axis].labels()]
            if label not in labels:
                raise Refusal(f"`{axis}` has no level `{label}`", nearest(label, labels))
            chosen[axis] = labels.index(label)
        cell = tuple(chosen.values())
        identity = expansion.ids[grid.flat(cell)]
        if identity is None:
            raise Refusal(f"`{text}` does not run there", "look at its `when`, and at the study's `exclude`")
        return text, cell, identity
    for name, expansion in compiled.expansions.items():
        for cell, identity in expansion.cells():
            if len(text) >= 4 and identity.startswith(text):
                return name, cell, identity
    raise Refusal(f"the study has no stage or task `{text}`", nearest(text, compiled.expansions))
