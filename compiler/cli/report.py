"""`heldout report`: write a study's report from what the store has."""

import subprocess
import sys
import webbrowser
from typing import Annotated

import typer

from compiler.cli.environment import runtime_environment
from compiler.cli.exclusive import Busy, holding
from compiler.cli.terminal import FAILED, INVALID, say, stop
from compiler.cli.workspace import RESULTS, STORE, Results, Scale, Spec, StorePath, Workspace


def register(application: typer.Typer) -> None:
    application.command()(report)


def report(
    spec: Spec,
    scale: Scale = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Write the report from what the store has, computing nothing.

    While a run is under way it shows how far that has come.

    Example:

    \b
      heldout report my-study.yaml --scale smoke --open
    """
    workspace = Workspace.open(spec, scale, results, store)
    folder = workspace.folder
    try:
        with holding(folder):
            workspace.emit()
    except Busy:  # the files of the plan are those of the run
        if not (folder / "plan" / "report.json").is_file():
            stop(f"a run of {folder} is beginning", INVALID, "ask again in a moment")
    command = [sys.executable, "-m", "runtime", "report", "--plan", str(folder / "plan" / "report.json")]
    command += ["--store", str(store), "--done", str(folder / "done"), "--out", str(folder / "report")]
    code = subprocess.run(command, env=runtime_environment(), check=False).returncode
    page = folder / "report" / "index.html"
    if code != 0 or not page.is_file():
        raise typer.Exit(FAILED)
    say(f"report: {page}")
    if show and not webbrowser.open(page.resolve().as_uri()):
        say(f"there is no browser here: open {page.resolve()} where there is one")
