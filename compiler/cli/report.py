"""`heldout report`: write a study's report from what the store has."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.options import Results, Scale, StorePath
from heldout.compiler.images import read_pins
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.report import write_report
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import FAILED, INVALID, say

POSITION = 100


def register(application: typer.Typer) -> None:
    application.command()(report)


def report(
    spec: Annotated[
        Path | None, typer.Argument(help="The study's spec, a YAML file.", show_default=False)
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
      heldout report --suite results -o results/all.html
      heldout report --suite results --site site
    """
    if suite is None and (output is not None or site is not None):
        option = "--output is for the page" if output is not None else "--site is for the reports"
        raise Refusal(f"{option} of a suite", "a study's report lies with its results")
    if output is not None and site is not None:
        raise Refusal("a site has its page in its folder", "leave out --output")
    if suite is not None and spec is None:
        page = _suite(suite, output, site)
    elif spec is not None and suite is None:
        page = write_report(Workspace.open(spec, scale, results, store), read_pins(), still)
    else:
        raise Refusal("name either a spec or, with --suite, a folder of reports")
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
