"""`heldout record`: write what came of finished runs into the ledgers beside their specs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from heldout.compiler.cli.options import Json, Results, Scale, StorePath
from heldout.compiler.recording.record import record_run
from heldout.compiler.recording.standings import standings
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import FAILED, print_json, say, show_refusal
from heldout.compiler.words import counted

POSITION = 112
STYLES = {"fresh": "green", "stale": "yellow", "absent": "yellow"}


def register(application: typer.Typer) -> None:
    application.command()(record)


def record(
    specs: Annotated[list[Path], typer.Argument(help="Specs, and folders of them.", show_default=False)],
    scale: Scale = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say which entries are stale; exit code 1 if any is.")
    ] = False,
    tasks: Annotated[
        bool, typer.Option("--tasks", help="Record which tasks were computed, without verdicts and tables.")
    ] = False,
    with_failures: Annotated[
        bool, typer.Option("--with-failures", help="Also where tasks failed: their number is recorded.")
    ] = False,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Write what came of finished runs into the ledgers beside their specs.

    A ledger, `STUDY.results.json`, holds by scale the verdicts and the numbers of the tables, which tasks
    they rest on, and how these were computed. Documents are written from it. An entry is stale when the
    study has other tasks, claims or tables now; --check says so of every entry, or of those of one scale.

    Examples:

    \b
      heldout record my-study.yaml --scale small
      heldout record specs --scale smoke --tasks
      heldout record specs --check
    """
    told: list[dict[str, Any]] = []
    code = 0
    for spec in _specs(specs):
        try:
            if check:
                for at, found in standings(spec, scale):
                    told.append({"spec": spec.as_posix(), "scale": at, **found.json()})
                    code = max(code, FAILED if found.state != "fresh" else 0)
                    if not as_json:
                        say(f"{spec}{f' at {at}' if at else ''}: {found.words()}", STYLES[found.state])
                continue
            made = record_run(Workspace.open(spec, scale, results, store), spec, tasks, with_failures)
        except Refusal as refusal:  # the other specs are recorded all the same
            code = max(code, show_refusal(refusal))
            continue
        told.append({"spec": spec.as_posix(), "ledger": made.path.as_posix(), "changed": made.changed})
        for problem in () if as_json else made.problems:
            say(problem, "yellow")
        if not as_json:
            what = counted(made.entry.computed.tasks, "task")
            say(f"{made.path}: {what if made.changed else 'nothing has changed'}", "green")
    if as_json:
        print_json(told)
    raise typer.Exit(code)


def _specs(given: list[Path]) -> Iterator[Path]:
    """The specs that are named, and those in folders that are."""
    for path in given:
        yield from sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
