"""`heldout plan`: show what studies would run, and write their workflows."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from heldout.compiler.cli.options import Json, Results, Scale, StorePath
from heldout.compiler.cli.power import power_table
from heldout.compiler.cli.studies import Specs, Studies
from heldout.compiler.images import read_pins
from heldout.compiler.run.exclusive import holding
from heldout.compiler.run.power import claim_powers
from heldout.compiler.run.price import JobPrice, Price, StagePrice, price
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.store.index import stored_tasks
from heldout.compiler.terminal import out, say, say_warned
from heldout.compiler.words import counted, duration

POSITION = 30


def register(application: typer.Typer) -> None:
    application.command()(plan)


def plan(
    specs: Specs,
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
    """Show what studies would run, and the price.

    By stage: its axes, cells and tasks, how many are shared with other stages or cached in the store,
    seconds a task and where they are from, and the CPU time to go. By job: the stages that run in it,
    how many there are of it, and how long they take. Of many studies a line each, and all of them together.

    Examples:

    \b
      heldout plan my-study.yaml --scale smoke
      heldout plan my-study.yaml --write
      heldout plan my-study.yaml --power
      heldout plan specs/ --scale small
    """
    studies, cached = Studies(specs, scale, results, store), stored_tasks(store)
    answers, priced, tasks = [], list[tuple[str, Price]](), set[str]()
    for workspace in studies:
        compiled = workspace.compiled
        found = price(compiled, store, cached)
        if write:
            with holding(workspace.folder):
                workspace.emit(read_pins())
        powers = claim_powers(compiled, store) if power else None
        study = {"study": compiled.study.name, "scale": scale}
        asked = {} if powers is None else {"power": powers}
        looks = compiled.looks
        asked |= {"looks": looks} if looks else {}
        answers.append({**study, "folder": workspace.folder.as_posix(), **found.json(), **asked})
        priced.append((compiled.study.name, found))
        tasks |= compiled.tasks
        if not (as_json or studies.several):
            say_warned(len(compiled.warnings), workspace.spec)
            _say(workspace, found)
            for look in looks:
                say(f"{look['claim']}: {look['words']}")
        if not as_json and powers is not None:
            out.print(power_table(powers))
        if not as_json and write:
            where = workspace.folder
            say(f"wrote {where}; there, `snakemake --cores 2 --workflow-profile profile` runs it")
    if as_json:
        studies.print_json(answers)
    elif studies.several and priced:
        _say_many(priced, len(tasks), len(tasks & cached))
    studies.end()


def _say(workspace: Workspace, found: Price) -> None:
    out.print(_table(workspace, found.stages))
    out.print()
    out.print(_job_table(found.jobs))
    total = found.total
    tasks = f"{counted(total['tasks'], 'task')}, {total['cached']:,} of them in the store"
    say(f"{tasks}; {_hours(total)} to go")
    if not all(s.measured for s in found.stages):
        say("~ seconds that are hints, not measured: they become measured with the first run", style="dim")


def _hours(total: Mapping[str, Any]) -> str:
    gpu = f" and {duration(total['gpu_hours'] * 3600)} of GPU" if total["gpu_hours"] else ""
    return f"{duration(total['cpu_hours'] * 3600)} of CPU{gpu}"


def _say_many(priced: Sequence[tuple[str, Price]], tasks: int, cached: int) -> None:
    """A line a study, and how many tasks they have together: those that several have are computed once."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("study")
    for title in ("tasks", "cached", "jobs", "CPU to go", "GPU to go"):
        table.add_column(title, justify="right")
    for name, found in priced:
        total = found.total
        hours = (duration(total[key] * 3600) if total[key] else "" for key in ("cpu_hours", "gpu_hours"))
        table.add_row(name, f"{total['tasks']:,}", f"{total['cached']:,}", f"{total['jobs']:,}", *hours)
    out.print(table)
    shared = sum(found.total["tasks"] for _, found in priced) - tasks
    more = f", {shared:,} more are shared" if shared else ""
    say(f"{len(priced)} studies, {counted(tasks, 'task')}, {cached:,} in the store{more}")


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
