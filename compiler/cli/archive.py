"""`heldout archive`: a finished study as one file."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.archive import contents
from heldout.compiler.archive.study import Wanted, archive_study
from heldout.compiler.cli.options import Json, Results, Scale, Spec, StorePath
from heldout.compiler.images import read_pins
from heldout.compiler.launch.own_data import own_data
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.terminal import print_json, say
from heldout.compiler.words import counted

Authors = Annotated[
    list[str] | None,
    typer.Option("--author", help="An author of the study; may be given several times."),
]


POSITION = 120


def register(application: typer.Typer) -> None:
    application.command()(archive)


def archive(
    spec: Spec,
    scale: Scale = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file; by default STUDY.zip.", show_default=False),
    ] = None,
    image: Annotated[
        str,
        typer.Option(help="The image's file: a SIF or OCI archive, `sif` for the pinned one, or `none`."),
    ] = "none",
    everything: Annotated[
        bool, typer.Option("--everything", help="Put in data and models too, not only their checksums.")
    ] = False,
    author: Authors = None,
    license_: Annotated[
        str, typer.Option("--license", help="The licence of the study: an SPDX name or an address.")
    ] = "not stated",
    sign_with: Annotated[
        Path | None,
        typer.Option("--sign", metavar="KEY", help="Sign with this SSH key, private or held by an agent."),
    ] = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Put a finished study into one file.

    A stranger can read, check and run it again. The same study and store give the same bytes.
    docs/archive.md says what is inside.

    Examples:

    \b
      heldout archive my-study.yaml -o my-study.zip --author "Ada Lovelace"
      heldout archive my-study.yaml --image sif --sign ~/.ssh/id_ed25519
    """
    workspace = Workspace.open(spec, scale, results, store)
    workspace.refuse_other_spec()
    for path in sorted({one.given for one in own_data(workspace.compiled.scope)}):
        if Path(path).is_absolute():
            say(f"every reader of the spec sees {path}: a path from the spec's folder tells less", "yellow")
    wanted = Wanted(image, everything, tuple(author or ()), license_, sign_with)
    found = archive_study(workspace, spec, output, wanted, read_pins())
    if as_json:
        about = {"file": found.path.as_posix(), "manifest": found.manifest}
        print_json({**about, "tasks": found.tasks, "missing": found.missing})
        return
    if found.missing:
        have = "has" if found.missing == 1 else "have"
        say(f"{counted(found.missing, 'task')} of the study {have} no result", "yellow")
    say(f"{found.path}: {counted(found.tasks, 'task')}, {found.path.stat().st_size / 1e6:,.1f} MB")
    say(f"publish the checksum of its {contents.MANIFEST} beside it: {found.manifest}")
