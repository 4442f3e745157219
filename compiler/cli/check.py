"""`heldout check`: validate specs."""

from typing import Annotated

import typer

from heldout.compiler.cli.options import Json, Scale
from heldout.compiler.cli.studies import Specs
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.check import check_study
from heldout.compiler.run.specs import find_specs
from heldout.compiler.terminal import INVALID, print_json, say, show_refusal
from heldout.compiler.words import counted

POSITION = 20


def register(application: typer.Typer) -> None:
    application.command()(check)


def check(
    specs: Specs,
    scale: Scale = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as mistakes.")] = False,
    as_json: Json = False,
) -> None:
    """Find every mistake in specs, at every scale or the one named.

    Warnings tell what is allowed and rarely meant.

    Examples:

    \b
      heldout check my-study.yaml
      heldout check specs/ --strict
      heldout check specs/ --json
    """
    wrong: list[Diagnostic] = []
    warned: list[Diagnostic] = []
    fine = True
    for spec in find_specs(specs):
        try:
            found = check_study(spec, scale)
        except Refusal as refusal:  # it is said why; the other specs are checked all the same
            show_refusal(refusal)
            fine = False
            continue
        for at, tasks in () if as_json else found.tasks.items():
            say(f"{spec}{f' at {at}' if at else ''}: fine, {counted(tasks, 'task')}", "green")
        for at, cells in () if as_json else found.cells.items():
            what = f"fine as it is written; of up to {cells:,} tasks, more than are laid out here"
            say(f"{spec}{f' at {at}' if at else ''}: {what}: `heldout plan` does", "green")
        warned += found.warnings
        if found.warnings and not as_json:
            say(found.drawn_warnings(), "yellow")
        if found.mistakes is not None:
            wrong += found.mistakes.found
            if not as_json:
                show_refusal(found.mistakes)
    if as_json:
        print_json([one.json() for one in (*wrong, *warned)])
    elif warned:
        code = min(one.code for one in warned)
        say(f"{counted(len(warned), 'warning')}; `heldout explain {code}` says more", "yellow")
    if wrong or not fine or (strict and warned):
        raise typer.Exit(INVALID)
