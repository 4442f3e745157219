"""`heldout check`: validate specs."""

from pathlib import Path
from typing import Annotated

import typer

from compiler.cli.terminal import INVALID, print_json, say
from compiler.cli.workspace import Json, Scale, catalog_for, read_spec, show
from compiler.compile import compile_spec
from compiler.syntax.reader import known_scales


def register(application: typer.Typer) -> None:
    application.command()(check)


def check(
    specs: Annotated[list[Path], typer.Argument(help="Specs to check.", show_default=False)],
    scale: Scale = None,
    as_json: Json = False,
) -> None:
    """Check specs, at every scale unless one is named. Prints all mistakes with their places.

    Examples:

      heldout check my-study.yaml

      heldout check specs/*/*.yaml --json
    """
    wrong = []
    for spec in specs:
        data = read_spec(spec)
        for at in (scale,) if scale else (None, *known_scales(data, spec.as_posix())):
            compiled, found = compile_spec(data, spec.as_posix(), at, catalog_for(spec, data, at))
            if compiled is None:
                wrong += found
                if not as_json:
                    show(found, spec, data, as_json=False)
                break
            if not as_json:
                tasks = f"{compiled.plan.tasks:,} tasks"
                say(f"{spec}{f' at {at}' if at else ''}: fine, {tasks}", style="green")
    if as_json:
        print_json([{"code": d.code, "message": d.message, "hint": d.hint, **vars(d.span)} for d in wrong])
    if wrong:
        raise typer.Exit(INVALID)
