"""`heldout report`: write the reports of studies from what the store has."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.options import Results, Scale, StorePath
from heldout.compiler.cli.studies import Studies
from heldout.compiler.images import read_pins
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.report import write_report
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.run.workspace import RESULTS, STORE
from heldout.compiler.terminal import FAILED, INVALID, say

POSITION = 100


def register(application: typer.Typer) -> None:
    application.command()(report)


def report(
    specs: Annotated[
        list[Path] | None, typer.Argument(help="Specs, or folders that hold some.", show_default=False)
    ] = None,
    scale: Scale = None,
    suite: Annotated[
        Path | None,
        typer.Option(help="Join the finished reports below this folder into one page.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The suite's page; by default suite.html in its folder."),
    ] = None,
    site: Annotated[
        Path | None,
        typer.Option(help="With --suite: a folder of its own for the reports and their page, to publish."),
    ] = None,
    still: Annotated[
        bool, typer.Option("--still", help="Leave the figures as pictures: a page 0.9 MB smaller.")
    ] = False,
    results: Results = RESULTS,
    store: StorePath = STORE,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Write the report from what the store has, computing nothing.

    While a run is under way it shows how far that has come. With --suite, one page has a row for
    each study with its verdicts, and links to their pages. With --site too, the reports are copied
    beside that page, into a folder that any host of static pages can serve.

    Examples:

    \b
      heldout report my-study.yaml --scale smoke --open
      heldout report specs/ --scale small
      heldout report --suite results -o results/all.html
      heldout report --suite results --site site
    """
    if suite is None and (output is not None or site is not None):
        option = "--output is for the page" if output is not None else "--site is for the reports"
        raise Refusal(f"{option} of a suite", "a study's report lies with its results")
    if output is not None and site is not None:
        raise Refusal("a site has its page in its folder", "leave out --output")
    if suite is not None and not specs:
        _show(_suite(suite, output, site), show)
    elif specs and suite is None:
        studies, pins = Studies(specs, scale, results, store), read_pins()
        for workspace in studies:
            try:
                _show(write_report(workspace, pins, still), show)
            except Refusal as refusal:
                if not studies.several:
                    raise
                studies.refuse(Path(workspace.compiled.study.file), refusal)
        studies.end()
    else:
        raise Refusal("name either a spec or, with --suite, a folder of reports")


def _show(page: Path, show: bool) -> None:
    """Say where a page is, and open it where that was asked for."""
    say(f"report: {page}")
    if show and not webbrowser.open(page.resolve().as_uri()):
        say(f"there is no browser here: open {page.resolve()} where there is one")


def _suite(folder: Path, output: Path | None, site: Path | None) -> Path:
    """Write the page of a suite, or its site; the page."""
    page = output or (folder / "suite.html" if site is None else site / "index.html")
    code = call_runtime("suite", *(("--out", page) if site is None else ("--site", site)), folder)
    if code != 0:
        raise typer.Exit(INVALID if code == INVALID else FAILED)
    return page
