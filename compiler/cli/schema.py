"""`heldout schema`: the JSON Schema of the language, for editors."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.catalog import load_catalog
from heldout.compiler.files import write_if_changed
from heldout.compiler.schema import schema_text
from heldout.compiler.terminal import say

POSITION = 210


def register(application: typer.Typer) -> None:
    application.command()(schema)


def schema(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
) -> None:
    """Write the JSON Schema of specs, for editors.

    It has every operator's parameters. Editors find it by the first line of a spec:

    \b
      # yaml-language-server: $schema=study.schema.json

    Example:

    \b
      heldout schema -o study.schema.json
    """
    text = schema_text(load_catalog())
    if output is None:
        typer.echo(text, nl=False)
    elif write_if_changed(output, text):
        say(f"wrote {output}")
