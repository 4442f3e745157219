"""The containers of a run: which engine they are for, what starts in them, and none left behind."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from heldout.compiler.images import Pins
from heldout.compiler.launch.launch import Launch, prepare_launch, traits_of
from heldout.compiler.launch.registry import NONE
from heldout.compiler.profiles import Profile
from heldout.compiler.profiles.arguments import HERE, KUBERNETES, LOCAL
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.observer import Observer
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.words import counted


def containers_of_run(asked: str | None, profile: Profile | None) -> str:
    """The engine that a run's containers are for: the one that is asked for, else the profile's."""
    return asked or (profile.containers if profile is not None else NONE)


def launch_of(
    workspace: Workspace,
    containers: str,
    executor: str,
    pins: Pins,
    catalog: str | None = None,
    data: Iterable[Path] | None = None,
) -> Launch:
    """How a study's jobs are started.

    Args:
        workspace: of the study.
        containers: the engine, or `none`.
        executor: the plugin of Snakemake that starts the jobs.
        pins: what the names of images stand for.
        catalog: the digest of that which an image must hold of which nothing more is known; by default of
            the one shipped here.
        data: what containers may read beside, as `prepare_launch` takes it.

    Raises:
        Refusal: something is missing for it, or is another than the study was compiled against.
    """
    if executor == KUBERNETES and containers != NONE:
        raise Refusal(f"the pods of {executor} are containers already", "leave --containers out")
    wide = [traits.name for traits in traits_of(workspace.compiled) if traits.nodes > 1]
    if wide and executor == KUBERNETES:
        hint = "ask for the GPUs of one machine, or run it on a cluster with Slurm: --profile slurm"
        raise Refusal(f"{wide[0]} asks for several machines, and a pod is on one", hint)
    if wide and executor == LOCAL:
        hint = "run it on a cluster with Slurm (--profile slurm), or choose a scale that asks for one"
        raise Refusal(f"{wide[0]} asks for several machines, and its jobs would all run on this one", hint)
    here = executor in HERE
    folder, store = workspace.folder, workspace.store
    return prepare_launch(workspace.compiled, containers, folder, store, pins, here, catalog, data)


@contextmanager
def no_leftovers(launch: Launch, folder: Path, observer: Observer) -> Iterator[None]:
    """End containers that an earlier run of a folder left behind, and those that this one would.

    Only for who holds the folder. A run ends its jobs and their containers itself; one that is killed
    cannot, and a daemon does not miss it.
    """
    runner = launch.runner
    if runner is not None and (left := runner.remove_leftovers(folder)):
        observer.note(f"removed {counted(left, 'container')} of an earlier run")
    try:
        yield
    finally:
        if runner is not None:
            runner.remove_leftovers(folder)
