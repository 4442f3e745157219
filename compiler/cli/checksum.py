"""`heldout checksum`: the checksum by which a spec pins a file or a folder of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.run.checksum import checksum as checksum_of
from heldout.compiler.terminal import out

POSITION = 15


def register(application: typer.Typer) -> None:
    application.command()(checksum)


def checksum(
    path: Annotated[
        Path,
        typer.Argument(help="A file, or a folder: DOMAIN/CLASS/IMAGE, or a model's.", show_default=False),
    ],
) -> None:
    """Write the checksum of your own data, as a spec gives it.

    It is what `sha256sum` prints for a file, and for a folder that of the lines that it prints for the files
    in it, sorted by name: pictures or texts in DOMAIN/CLASS/, or of a model what `fetch/model-folder` reads.

    Examples:

    \b
      heldout checksum images/pacs
      heldout checksum patients.parquet
      heldout checksum models/all-MiniLM-L6-v2
    """
    out.print(f"sha256: {checksum_of(path)}")
