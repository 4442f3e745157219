"""`heldout compare`: two runs of a study, cell by cell."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.options import Json, Results, Scale
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace

SPECS = (".yaml", ".yml")

Place = typer.Argument(help="A results folder, a results.parquet, or a spec.", show_default=False)

POSITION = 110


def register(application: typer.Typer) -> None:
    application.command()(compare)


def compare(
    a: Annotated[Path, Place],
    b: Annotated[Path, Place],
    scale: Scale = None,
    tolerance: Annotated[
        float, typer.Option(help="Values x and y are equal where |x - y| <= this * max(1, |x|, |y|).")
    ] = 0.0,
    results: Results = RESULTS,
    as_json: Json = False,
) -> None:
    """Compare two runs of a study, cell by cell.

    A spec stands for its results, at the scale that --scale names. Exit code 0: all values are
    equal; 1: some differ or only one run has them; 2: what was given holds no results.

    Examples:

    \b
      heldout compare my-study.yaml /archive/my-study/full
      heldout compare before/report after/report --tolerance 1e-6
    """
    places = [_place(one, scale, results) for one in (a, b)]
    options = ["--tolerance", tolerance, *(["--json"] if as_json else [])]
    raise typer.Exit(call_runtime("compare", *options, "--", *places))


def _place(given: Path, scale: str | None, results: Path) -> Path:
    """The folder of a spec's workflow; anything else as it is."""
    if given.suffix not in SPECS or given.is_dir():
        return given
    workspace = Workspace.open(given, scale, results, STORE)
    workspace.refuse_other_spec()
    return workspace.folder
