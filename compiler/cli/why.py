"""`heldout why`: what a task is made of, and what keeps it from being one that the store has."""

import json
from pathlib import Path
from typing import Any

import typer

from heldout.compiler.cli.options import Json, Results, Scale, Spec, StorePath
from heldout.compiler.cli.task_argument import Levels, TaskName, find_task
from heldout.compiler.compile import Compiled
from heldout.compiler.plan.cells import Cell
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.store.index import stored_records
from heldout.compiler.terminal import print_json, say

FIELDS = ("digest", "components", "parameters", "inputs")

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
    stage, cell, identity = find_task(workspace.compiled, task, levels or [])
    wanted = _task(workspace.compiled, stage, cell)
    same, nearest_record = _nearest(store, identity, wanted)
    differences = [] if same is not None or nearest_record is None else _differences(wanted, nearest_record)
    coordinates = workspace.compiled.expansions[stage].grid.labels(cell)
    if as_json:
        near = nearest_record["task"] if nearest_record is not None else None
        about = {"task": identity, "stage": stage, "coordinates": coordinates, "stored": same is not None}
        print_json({**about, "nearest": near, "differences": differences})
        return
    where = ", ".join(f"{axis} {level}" for axis, level in coordinates.items())
    typer.echo(f"{stage}{f' ({where})' if where else ''}: {wanted['operator']}, task {identity}")
    if same is not None:
        seconds = f"it took {same['seconds']:.3g} s" if "seconds" in same else ""
        typer.echo(f"The store has it; {seconds}: a run would reuse it.")
    elif nearest_record is None:
        typer.echo(f"The store has no task of {wanted['operator']}: it would be computed.")
    else:
        near = nearest_record["task"][:12]
        typer.echo(f"It would be computed. The nearest task in the store is {near}, which differs in:")
        for d in differences:
            typer.echo(f"  {d['field']}: {_short(d['wanted'])} here, {_short(d['stored'])} there")
        if any(d["field"].startswith("inputs") for d in differences):
            say("an input that differs has its own reason: `heldout why SPEC TASK` with its digits")


def _task(compiled: Compiled, stage: str, cell: Cell) -> dict[str, Any]:
    expansion = compiled.expansions[stage]
    text = expansion.text(cell)
    return {
        "operator": expansion.stage.use,
        "digest": expansion.operator.digest,
        "components": json.loads(text.components),
        "parameters": json.loads(text.parameters),
        "inputs": json.loads(text.inputs),
    }


def _nearest(
    store: Path, identity: str, wanted: dict[str, Any]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The task's own record where the store has it, and the record that differs in the fewest fields."""
    best: dict[str, Any] | None = None
    fewest = 10**9
    for record in stored_records(store):
        if record["task"] == identity:
            return record, record
        if record["operator"] == wanted["operator"]:
            count = len(_differences(wanted, record))
            if count < fewest:
                best, fewest = record, count
    return None, best


def _differences(wanted: dict[str, Any], record: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for field in FIELDS:
        _compare(field, wanted[field], record.get(field), found)
    return found


def _compare(path: str, wanted: Any, stored: Any, found: list[dict[str, Any]]) -> None:
    if isinstance(wanted, dict) and isinstance(stored, dict) and "task" not in wanted:
        for key in sorted({*wanted, *stored}):
            _compare(f"{path}.{key}", wanted.get(key), stored.get(key), found)
    elif wanted != stored:
        found.append({"field": path, "wanted": wanted, "stored": stored})


def _short(value: Any) -> str:
    if isinstance(value, dict) and "task" in value:
        return f"{value['port']} of {value['task'][:12]}"
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
