"""`heldout logs`: what the jobs wrote, and why tasks failed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from heldout.compiler.cli.options import Json, Results, Scale, StorePath
from heldout.compiler.cli.outcome import end_of
from heldout.compiler.cli.studies import Specs, Studies
from heldout.compiler.diagnostics import nearest
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.done import done_files
from heldout.compiler.run.outcome import failures_of, logs_of_failure
from heldout.compiler.run.specs import SUFFIXES
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import printable, show
from heldout.compiler.words import counted

SHOWN_TASKS = 3  # of those that failed in the same way

POSITION = 70


def register(application: typer.Typer) -> None:
    application.command()(logs)


def logs(
    specs: Specs,
    stage: Annotated[
        str | None, typer.Option("--stage", help="Only this stage; of one spec also its name alone.")
    ] = None,
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
      heldout logs specs/ --scale small --failed
    """
    if stage is None and len(specs) == 2 and specs[1].suffix not in SUFFIXES and not specs[1].exists():
        *specs, named = specs
        stage = str(named)
    studies, answers = Studies(specs, scale, results, store), []
    for workspace in studies:
        known = [planned.name for planned in workspace.compiled.plan.stages]
        if stage is not None and stage not in known:
            raise Refusal(f"the study has no stage `{stage}`", nearest(stage, known))
        found = _failed(workspace, stage)
        answers.append(
            {"study": workspace.compiled.study.name, "failed": found} if studies.several else found
        )
        if as_json:
            continue
        if studies.several and (found or not failed):
            show(printable(f"= {workspace.compiled.study.name} ="))
        if failed:
            _say_failures(workspace.folder, found, lines, quiet=studies.several)
        else:
            _say_logs(workspace.folder / "logs", [stage] if stage is not None else ["", *known], lines)
    if as_json:
        studies.print_json(answers)
    studies.end()


def _failed(workspace: Workspace, stage: str | None) -> list[dict[str, Any]]:
    """The tasks that failed, of one stage or of all."""
    return [
        task | {"stage": done["stage"]}
        for done in done_files(workspace.compiled.plan, workspace.folder)
        for task in done["failed"]
        if stage in (None, done["stage"])
    ]


def _say_logs(folder: Path, names: list[str], lines: int) -> None:
    for path in sorted(path for name in names for path in (folder / name).glob("*.log")):
        _show(path, lines)


def _show(path: Path, lines: int) -> None:
    show(printable(f"== {path} =="))
    for line in end_of(path, lines):
        show(line)


def _say_failures(folder: Path, tasks: list[dict[str, Any]], lines: int, quiet: bool) -> None:
    """The tracebacks of tasks, once for each reason; the ends of the logs of jobs that did not end well."""
    for failure in failures_of(tasks):
        named = ", ".join(str(task["task"])[:12] for task in failure.tasks[:SHOWN_TASKS])
        head = f"== {counted(len(failure.tasks), 'task')} of {failure.stage} ({failure.where()}): {named} =="
        show(printable(f"{head}\n{failure.traceback.rstrip()}\n"))
    logs = logs_of_failure(folder)
    if not tasks and (logs or not quiet):
        show("no task failed" + ("; these jobs did not come to their end" if logs else ""))
    for path in logs:
        _show(path, lines)
