"""`heldout why`: what a task is made of, and what keeps it from being one that the store has."""

from typing import Any

import typer

from heldout.compiler.cli.options import Json, Levels, Results, Scale, Spec, StorePath, TaskName
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.tasks.code import changed_code, code_of
from heldout.compiler.tasks.find import find_task
from heldout.compiler.tasks.reuse import reuse_of
from heldout.compiler.terminal import print_json, say, show

POSITION = 80


def register(application: typer.Typer) -> None:
    application.command()(why)


def why(
    spec: Spec,
    task: TaskName,
    levels: Levels = None,
    scale: Scale = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Say what keeps a task from being reused.

    That is the fields in which it differs from the nearest task in the store. A task is named by its
    first digits, or by its stage and levels.

    Examples:

    \b
      heldout why my-study.yaml model method=vrex seed=3
      heldout why my-study.yaml 3f9a1c
    """
    workspace = Workspace.open(spec, scale, results, store)
    meant = find_task(workspace.compiled, task, levels or [])
    found = reuse_of(workspace.compiled, meant, store)
    code = changed_code(found, store, [spec.parent / name for name in workspace.compiled.operator_files])
    coordinates = workspace.compiled.expansions[meant.stage].grid.labels(meant.cell)
    if as_json:
        stored, differences = found.stored is not None, [vars(one) for one in found.differences]
        about = {"task": meant.task, "stage": meant.stage, "coordinates": coordinates, "stored": stored}
        near = found.nearest["task"] if found.nearest is not None else None
        print_json({**about, "nearest": near, "differences": differences, "code": code})
        return
    where = ", ".join(f"{axis} {level}" for axis, level in coordinates.items())
    show(f"{meant.stage}{f' ({where})' if where else ''}: {found.operator}, task {meant.task}")
    if found.stored is not None:
        seconds = f"it took {found.stored['seconds']:.3g} s" if "seconds" in found.stored else ""
        show(f"The store has it; {seconds}: a run would reuse it.")
    elif found.nearest is None:
        show(f"The store has no task of {found.operator}: it would be computed.")
    else:
        near = found.nearest["task"][:12]
        show(f"It would be computed. The nearest task in the store is {near}, which differs in:")
        for one in found.differences:
            show(f"  {one.field}: {_short(one.wanted)} here, {_short(one.stored)} there")
            for change in code.get(code_of(found, one) or "", ()):
                show(f"    {change}")
        if any(one.field.startswith("inputs") for one in found.differences):
            say("an input that differs has its own reason: `heldout why SPEC TASK` with its digits")


def _short(value: Any) -> str:
    if isinstance(value, dict) and "task" in value:
        return f"{value['port']} of {value['task'][:12]}"
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
