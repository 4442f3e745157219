"""`heldout image render`."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.cli.image.arguments import Base, Name, known
from heldout.compiler.files import write_if_changed
from heldout.compiler.terminal import say


def render(
    name: Name,
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the whole context of a build into this folder."),
    ] = None,
    definition: Annotated[
        bool, typer.Option("--definition", help="Print the Apptainer definition, not the Dockerfile.")
    ] = False,
    base: Base = None,
) -> None:
    """Print what an image is built from, or write it to a folder.

    No engine is needed.

    Examples:

    \b
      heldout image render cuda
      heldout image render cuda -o context && docker build context
      heldout image render cuda --definition
    """
    known(name)
    from heldout.compiler.images.build import plan_build

    files = plan_build(name, base).files(wheels=False)
    if folder is None:
        typer.echo(files["apptainer.def" if definition else "Dockerfile"].decode(), nl=False)
        return
    for path, data in files.items():
        target = folder / path
        write_if_changed(target, data)
        target.chmod(0o755 if "/bin/" in path else 0o644)
    say(f"wrote {len(files)} files to {folder}")
