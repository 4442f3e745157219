"""`heldout status`: how far a study has come."""

import typer
from rich.table import Table

from heldout.compiler.run.events import EventReader, done_files
from heldout.compiler.run.progress import eta
from heldout.compiler.run.workspace import RESULTS, STORE, Json, Results, Scale, Spec, StorePath, Workspace
from heldout.compiler.store.index import stored_tasks
from heldout.compiler.terminal import counted, out, print_json, say


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
    workspace = Workspace.open(spec, scale, results, store, as_json)
    plan, expansions = workspace.compiled.plan, workspace.compiled.expansions
    stored = stored_tasks(store)
    done = done_files(plan, workspace.folder)
    running = EventReader(plan, workspace.folder).read()
    rows: list[dict[str, str | int]] = []
    for stage in plan.stages:
        ids = {expansions[stage.name].ids[flat] for shard in stage.shards for flat in shard.cells}
        of_stage = [d for d in done if d["stage"] == stage.name]
        rows.append(
            {
                "stage": stage.name,
                "tasks": stage.tasks,
                "stored": len(ids & stored),
                "failed": sum(len(d["failed"]) for d in of_stage),
                "blocked": sum(len(d["blocked"]) for d in of_stage),
                "jobs": len(stage.shards),
                "jobs_done": len(of_stage),
            }
        )
    page = workspace.folder / "report" / "index.html"
    if as_json:
        print_json(
            {
                "folder": workspace.folder.as_posix(),
                "stages": rows,
                "report": page.as_posix() if page.is_file() else None,
            }
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("stage", "tasks", "stored", "failed", "blocked", "jobs done"):
        table.add_column(title, justify="left" if title == "stage" else "right")
    for row in rows:
        jobs = f"{row['jobs_done']}/{row['jobs']}"
        numbers = (f"{row[key]:,}" for key in ("tasks", "stored", "failed", "blocked"))
        table.add_row(str(row["stage"]), *numbers, jobs)
    out.print(table)
    failed = sum(int(row["failed"]) + int(row["blocked"]) for row in rows)
    left = sum(int(row["tasks"]) - int(row["stored"]) for row in rows) - failed
    if left > 0:
        say(f"{counted(left, 'task')} to go, {eta(running, 1)} of one core at the rate seen so far")
    if failed:
        say(f"{counted(failed, 'task')} failed or blocked: `heldout logs` with --failed shows why")
    if left <= 0 and page.is_file():
        say(f"report: {page}")
