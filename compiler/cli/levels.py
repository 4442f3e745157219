"""`heldout levels`: the levels of an axis from data, in a file that a spec names."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.options import Levels, Results, Scale, StorePath
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.levels import (
    Counted,
    levels_of_folder,
    levels_of_table,
    levels_of_task,
    write_levels,
)
from heldout.compiler.run.specs import SUFFIXES
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.store.index import stored_tasks
from heldout.compiler.tasks.find import find_task
from heldout.compiler.terminal import say
from heldout.compiler.words import counted

POSITION = 16


def register(application: typer.Typer) -> None:
    application.command()(levels)


def levels(
    data: Annotated[
        Path,
        typer.Argument(help="A folder of DOMAIN/CLASS/IMAGE, a table, or a spec.", show_default=False),
    ],
    stage: Annotated[
        str | None, typer.Argument(help="Of a spec: the stage that made the data.", show_default=False)
    ] = None,
    at: Levels = None,
    column: Annotated[
        str | None,
        typer.Option("--column", "-c", help="Whose values are the levels; of a stage `domain` by default."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file: .txt, or .csv with numbers of rows.")
    ] = Path("levels.csv"),
    scale: Scale = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
) -> None:
    """Write the levels of an axis into a file, from data.

    The names of the domains of a folder; the values of a column of a table (Parquet, CSV or JSON Lines), or
    of the rows of a stage that is done, in the order in which they come first. A spec then says
    `levels_from: FILE`, and keeps to these levels whatever becomes of the data.

    Examples:

    \b
      heldout levels photos -o cameras.csv
      heldout levels answers.parquet --column subject -o subjects.csv
      heldout levels photos.yaml photos -o cameras.csv
    """
    found = _levels(data, stage, at or [], column, scale, results, store)
    changed = write_levels(found, output)
    said = f"{counted(len(found), 'level')} of {counted(sum(found.values()), 'row')}"
    say(f"{output}: {said}{'' if changed else ', as they were'}", "green")


def _levels(
    data: Path,
    stage: str | None,
    at: list[str],
    column: str | None,
    scale: str | None,
    results: Path,
    store: Path,
) -> Counted:
    if stage is None and data.suffix in SUFFIXES:
        raise Refusal(f"{data} is a spec, and no stage is named", "name the stage that made the data")
    if stage is None and data.is_dir():
        if column is not None:
            raise Refusal(f"{data} is a folder, which has no columns", "leave --column out")
        return levels_of_folder(data)
    if stage is None:
        if column is None:
            raise Refusal(f"no column of {data} is named", "write --column NAME")
        return levels_of_table(data, column)
    workspace = Workspace.open(data, scale, results, store)
    meant = find_task(workspace.compiled, stage, at)
    if meant.task not in stored_tasks(store):
        raise Refusal(f"`{meant.stage}` is not done", f"run it: `heldout run {data}`")
    return levels_of_task(workspace.compiled, meant.stage, meant.task, column or "domain", store)
