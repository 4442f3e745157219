"""`heldout import`: the report of results that another program made."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.options import Results
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.run.workspace import RESULTS
from heldout.compiler.terminal import say


class Format(StrEnum):
    """Whose results can be read."""

    DOMAINBED = "domainbed"


POSITION = 170


def register(application: typer.Typer) -> None:
    application.command("import")(import_)


def import_(
    format: Annotated[Format, typer.Argument(help="Who made the results.", show_default=False)],
    folder: Annotated[Path, typer.Argument(help="The folder of the results.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the report goes.", show_default=False)
    ] = None,
    baseline: Annotated[str, typer.Option(help="The algorithm that the others are held against.")] = "ERM",
    still: Annotated[
        bool, typer.Option("--still", help="Leave the figures as pictures: a smaller page.")
    ] = False,
    results: Results = RESULTS,
) -> None:
    """Write the report of results that another program made.

    A sweep of DomainBed is a folder of runs, each with results.jsonl and, once it has ended, done.
    Its report has every accuracy with its interval under all three selection protocols, and a
    verdict on each algorithm against the baseline.

    Example:

    \b
      heldout import domainbed sweeps/pacs -o results/pacs-sweep
    """
    out = output or results / folder.resolve().name / "imported" / "report"
    options = ["--out", out, "--baseline", baseline, *(["--still"] if still else [])]
    code = call_runtime("import", *options, format.value, folder)
    if code != 0:
        raise typer.Exit(code)
    say(f"report: {out / 'index.html'}")
