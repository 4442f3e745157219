"""The arguments and options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.launch.registry import choices

Spec = Annotated[Path, typer.Argument(help="The study's spec, a YAML file.", show_default=False)]
Scale = Annotated[
    str | None, typer.Option("--scale", "-s", help="A scale of the study, such as smoke; none: as it stands.")
]
Results = Annotated[
    Path,
    typer.Option(
        envvar="HELDOUT_RESULTS", help="Where workflows and reports are written.", show_default=True
    ),
]
StorePath = Annotated[
    Path,
    typer.Option("--store", envvar="HELDOUT_STORE", help="The store of artifacts, shared by all studies."),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON for scripts to standard output.")]


def known_containers(name: str | None) -> str | None:
    """The name of a container engine, or `none`, as it was given.

    Raises:
        typer.BadParameter: there is no such engine.
    """
    if name is not None and name not in choices():
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(choices())}")
    return name


ENGINES = f"<{'|'.join(choices())}>"
ContainersOption = Annotated[
    str | None,
    typer.Option(
        "--containers",
        metavar=ENGINES,
        callback=known_containers,
        autocompletion=choices,
        envvar="HELDOUT_CONTAINERS",
        help="Run every job in the study's pinned image; without it as the profile says, else not.",
        show_default=False,
    ),
]
ArchiveFile = Annotated[Path, typer.Argument(help="The archive, a zip file.", show_default=False)]
TaskName = Annotated[str, typer.Argument(help="A stage, or the first digits of a task.", show_default=False)]
Levels = Annotated[
    list[str] | None,
    typer.Argument(help="With a stage: AXIS=LEVEL; the other axes at their first level."),
]
