"""`heldout check`: validate specs."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.run.workspace import Json, Scale, compile_at, read_spec, show
from heldout.compiler.syntax.reader import known_scales
from heldout.compiler.terminal import INVALID, counted, print_json, say


def register(application: typer.Typer) -> None:
    application.command()(check)


def check(
    specs: Annotated[list[Path], typer.Argument(help="Specs to check.", show_default=False)],
    scale: Scale = None,
    as_json: Json = False,
) -> None:
    """Find every mistake in specs, at every scale or the one named.

    Examples:

    \b
      heldout check my-study.yaml
      heldout check specs/*/*.yaml --json
    """
    wrong: list[Diagnostic] = []
    fine = True
    for spec in specs:
        try:
            data = read_spec(spec)
        except typer.Exit:  # it is said why; the other specs are checked all the same
            fine = False
            continue
        wrong += _check(spec, data, scale, as_json)
    if as_json:
        print_json([{"code": d.code, "message": d.message, "hint": d.hint, **vars(d.span)} for d in wrong])
    if wrong or not fine:
        raise typer.Exit(INVALID)


def _check(spec: Path, data: bytes, scale: str | None, as_json: bool) -> list[Diagnostic]:
    """The mistakes of one spec, at the first scale that has some."""
    for at in (scale,) if scale else (None, *known_scales(data, spec.as_posix())):
        compiled, found = compile_at(spec, data, at)
        if compiled is None:
            if not as_json:
                show(found, spec, data, as_json=False)
            return found
        if not as_json:
            say(f"{spec}{f' at {at}' if at else ''}: fine, {counted(compiled.plan.tasks, 'task')}", "green")
    return []
