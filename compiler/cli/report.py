"""`heldout report`: write a study's report from what the store has."""

import subprocess
import sys
import webbrowser
from typing import Annotated

import typer

from compiler.cli.terminal import FAILED, say
from compiler.cli.workspace import (
    RESULTS,
    STORE,
    Results,
    Scale,
    Spec,
    StorePath,
    Workspace,
    runtime_environment,
)


def register(application: typer.Typer) -> None:
    application.command()(report)


def report(
    spec: Spec,
    scale: Scale = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Write the report again from what the store has, computing nothing.

    Example: heldout report my-study.yaml --scale small --open
    """
    workspace = Workspace.open(spec, scale, results, store)
    workspace.emit()
    folder = workspace.folder
    command = [sys.executable, "-m", "runtime", "report", "--plan", str(folder / "plan" / "report.json")]
    command += ["--store", str(store), "--done", str(folder / "done"), "--out", str(folder / "report")]
    code = subprocess.run(command, env=runtime_environment(), check=False).returncode
    page = folder / "report" / "index.html"
    if code != 0 or not page.is_file():
        raise typer.Exit(FAILED)
    say(f"report: {page}")
    if show:
        webbrowser.open(page.resolve().as_uri())
