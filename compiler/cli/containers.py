"""`--containers`: run the jobs of a study in its image."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.images import PinError, Pins, read_pins
from heldout.compiler.launch.docker import Docker
from heldout.compiler.launch.engines import remove_containers
from heldout.compiler.launch.launch import Launch, prepare_launch
from heldout.compiler.launch.refusal import Refusal
from heldout.compiler.profiles import Profile
from heldout.compiler.profiles.arguments import HERE, KUBERNETES
from heldout.compiler.profiles.profile import Containers
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.terminal import INVALID, MISSING, counted, say, stop

ContainersOption = Annotated[
    Containers | None,
    typer.Option(
        "--containers",
        envvar="HELDOUT_CONTAINERS",
        help="Run every job in the study's pinned image; without it as the profile says, else not.",
        show_default=False,
    ),
]


def containers_of_run(asked: Containers | None, profile: Profile | None) -> Containers:
    """The engine that a run's containers are for: of the command line, else of the profile."""
    return asked or (profile.containers if profile is not None else "none")


def pins_or_stop() -> Pins:
    """What the names of images stand for on this machine; ends with exit code 2 where the file is damaged."""
    try:
        return read_pins()
    except PinError as error:
        stop(str(error), INVALID)


def prepare_or_stop(
    workspace: Workspace, containers: Containers, executor: str, pins: Pins, catalog: str | None = None
) -> Launch:
    """How a study's jobs are started.

    Ends with exit code 3 where something is missing for it, and 2 where what is there is another than
    the study was compiled against.

    Args:
        workspace: of the study.
        containers: the engine, or `none`.
        executor: the plugin of Snakemake that starts the jobs.
        pins: what the names of images stand for.
        catalog: the digest of that which the image must hold; by default of the one shipped here.
    """
    if executor == KUBERNETES and containers != "none":
        stop(f"the pods of {executor} are containers already", INVALID, "leave --containers out")
    try:
        launch = prepare_launch(
            workspace.compiled, containers, workspace.folder, workspace.store, pins, executor in HERE, catalog
        )
    except Refusal as refusal:
        stop(str(refusal), MISSING if refusal.kind == "missing" else INVALID, refusal.hint)
    for note in launch.notes:
        say(note, "yellow")
    return launch


@contextmanager
def no_leftovers(launch: Launch, folder: Path) -> Iterator[None]:
    """End containers that an earlier run of a folder left behind, and those that this one would.

    Only for who holds the folder. A run ends its jobs and their containers itself; one that is killed
    cannot, and a daemon does not miss it.
    """
    engine = launch.engine if isinstance(launch.engine, Docker) else None
    if engine is not None and (left := remove_containers(engine, folder)):
        say(f"removed {counted(left, 'container')} of an earlier run", "yellow")
    try:
        yield
    finally:
        if engine is not None:
            remove_containers(engine, folder)
