"""`heldout compare`: two runs of a study, or one and the ledger, cell by cell."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.options import Json, Results, Scale, StorePath
from heldout.compiler.recording.against_ledger import against_ledger
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import FAILED, out, print_json, printable, say
from heldout.compiler.words import counted

SPECS = (".yaml", ".yml")
SHOWN = 10  # differences in the text; JSON has all

Place = typer.Argument(help="A results folder, a results.parquet, or a spec.", show_default=False)

POSITION = 110


def register(application: typer.Typer) -> None:
    application.command()(compare)


def compare(
    a: Annotated[Path, Place],
    b: Annotated[Path | None, Place] = None,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="Hold the run of a spec against the ledger beside it.")
    ] = False,
    scale: Scale = None,
    tolerance: Annotated[
        float, typer.Option(help="Values x and y are equal where |x - y| <= this * max(1, |x|, |y|).")
    ] = 0.0,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Compare two runs of a study, or one with its ledger.

    A spec stands for its results, at the scale that --scale names. Exit code 0: all values are
    equal; 1: some differ or only one side has them; 2: what was given holds no results.

    The ledger has eight digits of every number, and as many are compared.

    Examples:

    \b
      heldout compare my-study.yaml /archive/my-study/full
      heldout compare before/report after/report --tolerance 1e-6
      heldout compare my-study.yaml --ledger --scale small
    """
    if ledger:
        if b is not None or a.suffix not in SPECS:
            raise Refusal("--ledger compares the run of one spec with its ledger", "name a spec alone")
        _with_ledger(Workspace.open(a, scale, results, store), a, tolerance, as_json)
        return
    if b is None:
        raise Refusal("two runs are compared, and one is named", "name another, or add --ledger")
    places = [_place(one, scale, results) for one in (a, b)]
    options = ["--tolerance", tolerance, *(["--json"] if as_json else [])]
    raise typer.Exit(call_runtime("compare", *options, "--", *places))


def _with_ledger(workspace: Workspace, spec: Path, tolerance: float, as_json: bool) -> None:
    found = against_ledger(workspace, spec, tolerance)
    if as_json:
        print_json(found.json())
    else:
        if found.standing.state == "stale":
            say(f"the ledger is {found.standing.words()}", "yellow")
        held = f"{counted(found.verdicts, 'verdict')}, {counted(found.cells, 'cell')} of tables"
        how = "equal" if found.equal else f"different in {counted(len(found.differences), 'place')}"
        out.print(f"{held}: {how}")
        for one in found.differences[:SHOWN]:
            out.print(printable(f"  {one.words()}"), markup=False)
        if len(found.differences) > SHOWN:
            out.print(f"  and {len(found.differences) - SHOWN:,} more; --json lists them all")
    raise typer.Exit(0 if found.equal else FAILED)


def _place(given: Path, scale: str | None, results: Path) -> Path:
    """The folder of a spec's workflow; anything else as it is."""
    if given.suffix not in SPECS or given.is_dir():
        return given
    workspace = Workspace.open(given, scale, results, STORE)
    workspace.refuse_other_spec()
    return workspace.folder
