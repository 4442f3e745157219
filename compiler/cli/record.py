"""`heldout record`: write what came of finished runs into the ledgers beside their specs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from heldout.compiler.cli.options import Json, Results, Scale, StorePath
from heldout.compiler.cli.studies import Specs
from heldout.compiler.recording.record import record_run
from heldout.compiler.recording.standings import standings
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.specs import find_specs
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import FAILED, print_json, say, show_refusal
from heldout.compiler.words import counted

POSITION = 112


def register(application: typer.Typer) -> None:
    application.command()(record)


def record(
    specs: Specs,
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
    """Write what came of finished runs into their ledgers.

    A ledger, `STUDY.results.json` beside the spec, holds by scale the verdicts and the numbers of the
    tables, which tasks they rest on, and how these were computed. Documents are written from it. An entry
    is stale when the study has other tasks, claims or tables now; --check says so of every entry, or of
    those of one scale.

    Examples:

    \b
      heldout record my-study.yaml --scale small
      heldout record specs --scale smoke --tasks
      heldout record specs --check
    """
    said: list[dict[str, Any]] = []
    code = 0
    for spec in find_specs(specs):
        try:
            lines = (
                _standings(spec, scale)
                if check
                else _recorded(Workspace.open(spec, scale, results, store), spec, tasks, with_failures)
            )
            for line in lines:
                said.append(line.value)
                code = max(code, line.code)
                if not as_json:
                    say(line.text, line.style)
        except Refusal as refusal:  # the other specs are recorded all the same
            code = max(code, show_refusal(refusal))
    if as_json:
        print_json(said)
    raise typer.Exit(code)


class Line(NamedTuple):
    """What is said of a spec, to scripts and to people, and the exit code that it asks for."""

    value: dict[str, Any]
    text: str
    style: str
    code: int = 0


def _standings(spec: Path, scale: str | None) -> Iterator[Line]:
    for at, found in standings(spec, scale):
        fresh = found.state == "fresh"
        yield Line(
            {"spec": spec.as_posix(), "scale": at, **found.json()},
            f"{spec}{f' at {at}' if at else ''}: {found.words()}",
            "green" if fresh else "yellow",
            0 if fresh else FAILED,
        )


def _recorded(workspace: Workspace, spec: Path, tasks: bool, with_failures: bool) -> Iterator[Line]:
    made = record_run(workspace, spec, tasks, with_failures)
    what = counted(made.entry.computed.tasks, "task") if made.changed else "nothing has changed"
    value = {"spec": spec.as_posix(), "ledger": made.path.as_posix(), "changed": made.changed}
    text = "\n".join([*made.problems, f"{made.path}: {what}"])
    yield Line(value | {"problems": list(made.problems)}, text, "yellow" if made.problems else "green")
