"""`heldout logs`: what the jobs wrote, and why tasks failed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from heldout.compiler.cli.options import Json, Results, Scale, Spec, StorePath
from heldout.compiler.cli.outcome import end_of
from heldout.compiler.diagnostics import nearest
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.done import done_files
from heldout.compiler.run.outcome import failures_of, logs_of_failure
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import print_json, printable, show
from heldout.compiler.words import counted

SHOWN_TASKS = 3  # of those that failed in the same way

POSITION = 70


def register(application: typer.Typer) -> None:
    application.command()(logs)


def logs(
    spec: Spec,
    stage: Annotated[str | None, typer.Argument(help="Only this stage.")] = None,
    scale: Scale = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only failed tasks, with their tracebacks.")
    ] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="Lines from the end of each log.")] = 20,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Show what jobs wrote, and why tasks failed.

    The ends of the logs; with --failed the tracebacks of the tasks that failed, each reason once, and the
    logs of jobs that did not come to their end.

    Examples:

    \b
      heldout logs my-study.yaml --failed
      heldout logs my-study.yaml model -n 50
    """
    workspace = Workspace.open(spec, scale, results, store)
    plan = workspace.compiled.plan
    known = [s.name for s in plan.stages]
    if stage is not None and stage not in known:
        raise Refusal(f"the study has no stage `{stage}`", nearest(stage, known))
    if failed or as_json:
        found = [
            task | {"stage": done["stage"]}
            for done in done_files(plan, workspace.folder)
            for task in done["failed"]
            if stage in (None, done["stage"])
        ]
        print_json(found) if as_json else _say_failures(workspace.folder, found, lines)
        return
    folder = workspace.folder / "logs"
    names = [stage] if stage is not None else ["", *known]
    for path in sorted(path for name in names for path in (folder / name).glob("*.log")):
        _show(path, lines)


def _show(path: Path, lines: int) -> None:
    show(printable(f"== {path} =="))
    for line in end_of(path, lines):
        show(line)


def _say_failures(folder: Path, tasks: list[dict[str, Any]], lines: int) -> None:
    """The tracebacks of tasks, once for each reason; the ends of the logs of jobs that did not end well."""
    for failure in failures_of(tasks):
        named = ", ".join(str(task["task"])[:12] for task in failure.tasks[:SHOWN_TASKS])
        head = f"== {counted(len(failure.tasks), 'task')} of {failure.stage} ({failure.where()}): {named} =="
        show(printable(f"{head}\n{failure.traceback.rstrip()}\n"))
    logs = logs_of_failure(folder)
    if not tasks:
        show("no task failed" + ("; these jobs did not come to their end" if logs else ""))
    for path in logs:
        _show(path, lines)
