"""`heldout plan`: show what a study would run, and write its workflow."""

from typing import Annotated, Any

import typer
from rich.table import Table

from heldout.compiler.cli.containers import pins_or_stop
from heldout.compiler.cli.power import claim_powers, power_words
from heldout.compiler.cli.price import JobPrice, StagePrice, price
from heldout.compiler.run.exclusive import only_one
from heldout.compiler.run.workspace import RESULTS, STORE, Json, Results, Scale, Spec, StorePath, Workspace
from heldout.compiler.terminal import counted, out, print_json, say


def register(application: typer.Typer) -> None:
    application.command()(plan)


def plan(
    spec: Spec,
    scale: Scale = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    write: Annotated[
        bool, typer.Option("--write", help="Also write the workflow, for plain `snakemake`.")
    ] = False,
    power: Annotated[
        bool, typer.Option("--power", help="Also the effects that the claims would detect.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what a study would run, and the price.

    By stage: its axes, cells and tasks, how many are shared with other stages or cached in the store,
    seconds a task and where they are from, and the CPU time to go. By job: the stages that run in it,
    how many there are of it, and how long they take.

    Examples:

    \b
      heldout plan my-study.yaml --scale smoke
      heldout plan my-study.yaml --write
      heldout plan my-study.yaml --power
    """
    workspace = Workspace.open(spec, scale, results, store, as_json)
    stages, jobs = price(workspace.compiled, store)
    if write:
        with only_one(workspace.folder):
            workspace.emit(pins_or_stop())
    powers = claim_powers(workspace.compiled, store) if power else None
    if as_json:
        total = {
            key: round(sum(getattr(s, key) for s in stages), 4)
            for key in ("tasks", "cached", "jobs", "cpu_hours", "gpu_hours", "disk_mb")
        }
        study = {
            "study": workspace.compiled.study.name,
            "scale": scale,
            "folder": workspace.folder.as_posix(),
        }
        asked = {} if powers is None else {"power": powers}
        each = {"stages": [s.json() for s in stages], "jobs": [j.json() for j in jobs]}
        print_json({**study, **each, "total": total, **asked})
        return
    out.print(_table(workspace, stages))
    out.print()
    out.print(_job_table(jobs))
    tasks, cached = sum(s.tasks for s in stages), sum(s.cached for s in stages)
    hours, gpu = sum(s.cpu_hours for s in stages), sum(s.gpu_hours for s in stages)
    to_go = f"{_hours(hours)} of CPU" + (f" and {_hours(gpu)} of GPU" if gpu else "")
    say(f"{counted(tasks, 'task')}, {cached:,} of them in the store; {to_go} to go")
    if not all(s.measured for s in stages):
        say("~ seconds that are hints, not measured: they become measured with the first run", style="dim")
    if powers is not None:
        out.print(_power_table(powers))
    if write:
        say(f"wrote {workspace.folder}; there, `snakemake --cores 2 --workflow-profile profile` runs it")


def _table(workspace: Workspace, stages: tuple[StagePrice, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, justify in (("stage", "left"), ("operator", "left"), ("axes", "left")):
        table.add_column(title, justify=justify)  # type: ignore[arg-type]
    for title in ("cells", "tasks", "shared", "cached", "CPU", "s/task"):
        table.add_column(title, justify="right")
    table.add_column("", justify="left", style="dim")
    sizes = {axis.name: len(axis.levels) for axis in workspace.compiled.study.axes}
    for s in stages:
        axes = " x ".join(f"{a} {sizes[a]}" for a in s.axes) or "-"
        seconds = f"{'' if s.measured else '~'}{s.seconds_per_task:.3g}"
        numbers = (f"{n:,}" for n in (s.cells, s.tasks, s.shared, s.cached))
        table.add_row(s.name, s.operator, axes, *numbers, _hours(s.cpu_hours), seconds, s.seconds_from)
    return table


def _job_table(jobs: tuple[JobPrice, ...]) -> Table:
    """The jobs, each with a start of Python on top of its own seconds."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("a job runs", justify="left")
    for title in ("jobs", "tasks each", "takes", "longest"):
        table.add_column(title, justify="right")
    for job in jobs:
        times = (_hours(seconds / 3600) for seconds in (job.seconds, job.longest))
        table.add_row(" + ".join(job.stages), f"{job.jobs:,}", f"{job.tasks:,}", *times)
    return table


def _power_table(powers: list[dict[str, Any]]) -> Table:
    title = "Effects that would be found with a probability of 80 %"
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for column, justify in (("claim", "left"), ("kind", "left"), ("units", "right"), ("alpha", "right")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    table.add_column("effect", justify="right")
    table.add_column("", justify="left")
    for p in powers:
        table.add_row(p["id"], p["kind"], str(p["num_units"]), f"{p['alpha']:.3g}", *power_words(p))
    return table


def _hours(hours: float) -> str:
    if hours >= 1:
        return f"{hours:.1f} h"
    return f"{hours * 60:.1f} min" if hours * 60 >= 1 else f"{hours * 3600:.0f} s"
