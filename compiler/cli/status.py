"""`heldout status`: how far studies have come."""

from collections.abc import Sequence

import typer
from rich.table import Table

from heldout.compiler.cli.options import Json, Results, Scale, StorePath
from heldout.compiler.cli.studies import Specs, Studies
from heldout.compiler.run.status import Status, status_of
from heldout.compiler.run.workspace import RESULTS, STORE
from heldout.compiler.terminal import out, say
from heldout.compiler.words import counted, duration

POSITION = 60


def register(application: typer.Typer) -> None:
    application.command()(status)


def status(
    specs: Specs,
    scale: Scale = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Show how far studies have come.

    By stage: its tasks, how many the store has, how many failed or are blocked by others that did. Of
    many studies the same, a line each.

    Examples:

    \b
      heldout status my-study.yaml --scale smoke
      heldout status specs/ --scale small
    """
    studies = Studies(specs, scale, results, store)
    found = [(workspace.compiled.study.name, status_of(workspace)) for workspace in studies]
    if as_json:
        studies.print_json([{"study": name, **one.json()} for name, one in found])
    elif studies.several and found:
        _say_many(found)
    elif found:
        _say(found[0][1])
    studies.end()


def _say(found: Status) -> None:
    table = _table("stage")
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


def _say_many(found: Sequence[tuple[str, Status]]) -> None:
    table = _table("study")
    table.add_column("left", justify="right")
    for name, one in found:
        numbers = (
            sum(getattr(s, key) for s in one.stages) for key in ("tasks", "stored", "failed", "blocked")
        )
        done, jobs = (sum(getattr(s, key) for s in one.stages) for key in ("jobs_done", "jobs"))
        left = (
            duration(one.seconds_left) if one.left > 0 else "report" if one.page is not None else "no report"
        )
        table.add_row(name, *(f"{n:,}" for n in numbers), f"{done}/{jobs}", left)
    out.print(table)


def _table(first: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (first, "tasks", "stored", "failed", "blocked", "jobs done"):
        table.add_column(title, justify="left" if title == first else "right")
    return table
