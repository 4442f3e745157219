"""`heldout plan`: show what a study would run, and write its workflow."""

from typing import Annotated

import typer
from rich.table import Table

from heldout.compiler.cli.options import Json, Results, Scale, Spec, StorePath
from heldout.compiler.cli.power import power_table
from heldout.compiler.images import read_pins
from heldout.compiler.run.exclusive import holding
from heldout.compiler.run.power import claim_powers
from heldout.compiler.run.price import JobPrice, StagePrice, price
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import out, print_json, say
from heldout.compiler.words import counted, duration

POSITION = 30


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
    workspace = Workspace.open(spec, scale, results, store)
    found = price(workspace.compiled, store)
    if write:
        with holding(workspace.folder):
            workspace.emit(read_pins())
    powers = claim_powers(workspace.compiled, store) if power else None
    if as_json:
        study = {"study": workspace.compiled.study.name, "scale": scale}
        asked = {} if powers is None else {"power": powers}
        print_json({**study, "folder": workspace.folder.as_posix(), **found.json(), **asked})
        return
    out.print(_table(workspace, found.stages))
    out.print()
    out.print(_job_table(found.jobs))
    total = found.total
    gpu = f" and {duration(total['gpu_hours'] * 3600)} of GPU" if total["gpu_hours"] else ""
    cpu = f"{duration(total['cpu_hours'] * 3600)} of CPU"
    say(f"{counted(total['tasks'], 'task')}, {total['cached']:,} of them in the store; {cpu}{gpu} to go")
    if not all(s.measured for s in found.stages):
        say("~ seconds that are hints, not measured: they become measured with the first run", style="dim")
    if powers is not None:
        out.print(power_table(powers))
    if write:
        say(f"wrote {workspace.folder}; there, `snakemake --cores 2 --workflow-profile profile` runs it")


def _table(workspace: Workspace, stages: tuple[StagePrice, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("stage", "operator", "axes"):
        table.add_column(title)
    for title in ("cells", "tasks", "shared", "cached", "CPU", "s/task"):
        table.add_column(title, justify="right")
    table.add_column("", justify="left", style="dim")
    sizes = {axis.name: len(axis.levels) for axis in workspace.compiled.study.axes}
    for s in stages:
        axes = " x ".join(f"{a} {sizes[a]}" for a in s.axes) or "-"
        seconds = f"{'' if s.measured else '~'}{s.seconds_per_task:.3g}"
        numbers = (f"{n:,}" for n in (s.cells, s.tasks, s.shared, s.cached))
        table.add_row(
            s.name, s.operator, axes, *numbers, duration(s.cpu_hours * 3600), seconds, s.seconds_from
        )
    return table


def _job_table(jobs: tuple[JobPrice, ...]) -> Table:
    """The jobs, each with a start of Python on top of its own seconds."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("a job runs", justify="left")
    for title in ("jobs", "tasks each", "takes", "longest"):
        table.add_column(title, justify="right")
    for job in jobs:
        times = (duration(seconds) for seconds in (job.seconds, job.longest))
        table.add_row(" + ".join(job.stages), f"{job.jobs:,}", f"{job.tasks:,}", *times)
    return table
