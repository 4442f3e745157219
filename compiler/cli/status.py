"""`heldout status`: how far a study has come."""

import typer
from rich.table import Table

from heldout.compiler.cli.options import Json, Results, Scale, Spec, StorePath
from heldout.compiler.run.status import status_of
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import out, print_json, say
from heldout.compiler.words import counted, duration

POSITION = 60


def register(application: typer.Typer) -> None:
    application.command()(status)


def status(
    spec: Spec,
    scale: Scale = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Show how far a study has come.

    By stage: its tasks, how many the store has, how many failed or are blocked by others that did.

    Example:

    \b
      heldout status my-study.yaml --scale smoke
    """
    workspace = Workspace.open(spec, scale, results, store)
    found = status_of(workspace)
    if as_json:
        print_json(found.json())
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("stage", "tasks", "stored", "failed", "blocked", "jobs done"):
        table.add_column(title, justify="left" if title == "stage" else "right")
    for stage in found.stages:
        numbers = (f"{n:,}" for n in (stage.tasks, stage.stored, stage.failed, stage.blocked))
        table.add_row(stage.stage, *numbers, f"{stage.jobs_done}/{stage.jobs}")
    out.print(table)
    if found.left > 0:
        left = duration(found.seconds_left)
        say(f"{counted(found.left, 'task')} to go, {left} of one core at the rate seen so far")
    if found.failed:
        say(f"{counted(found.failed, 'task')} failed or blocked: `heldout logs` with --failed shows why")
    if found.left <= 0 and found.page is not None:
        say(f"report: {found.page}")
