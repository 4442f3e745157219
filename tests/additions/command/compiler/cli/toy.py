"""`heldout toy`: say a word."""

import typer

POSITION = 1000


def register(application: typer.Typer) -> None:
    application.command()(toy)


def toy() -> None:
    """Say a word."""
    typer.echo("a word")
