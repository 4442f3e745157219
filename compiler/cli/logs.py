"""`heldout logs`: what the jobs wrote, and why tasks failed."""

from typing import Annotated, Any

import typer

from heldout.compiler.cli.options import Json, Results, Scale, Spec, StorePath
from heldout.compiler.diagnostics import nearest
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.done import done_files
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import print_json

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

    The ends of the logs; with --failed the tracebacks of the tasks that failed.

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
        print_json(found) if as_json else _tracebacks(found)
        return
    folder = workspace.folder / "logs"
    names = [stage] if stage is not None else ["", *known]
    for path in sorted(path for name in names for path in (folder / name).glob("*.log")):
        typer.echo(f"== {path} ==")
        for line in path.read_text(errors="replace").splitlines()[-lines:]:
            typer.echo(line)


def _tracebacks(tasks: list[dict[str, Any]]) -> None:
    if not tasks:
        typer.echo("no task failed")
    for task in tasks:
        where = ", ".join(f"{axis} {level}" for axis, level in task["coordinates"].items())
        typer.echo(
            f"== {task['stage']} ({where}), task {task['task'][:12]} ==\n{task['traceback'].rstrip()}\n"
        )
