"""What stands before the command of every rule: the one place that renders it."""

import shlex
from collections.abc import Iterable

from heldout.compiler.launch.bound_folders import BoundFolders
from heldout.compiler.launch.engine import ContainerRunner
from heldout.compiler.launch.traits import Traits


def prefixes(
    jobs: Iterable[Traits], runner: ContainerRunner | None, folders: BoundFolders, here: bool = True
) -> dict[str, str]:
    """What the shell reads before the command of each rule; empty where it is nothing.

    Args:
        jobs: of the rules.
        runner: that runs them in containers; None: none does.
        folders: in which they work.
        here: whether they run on this machine, so that they have to share its GPUs; elsewhere a
            scheduler gives each its own.
    """
    return {traits.name: shlex.join(_words(traits, runner, folders, here)) for traits in jobs}


def _words(traits: Traits, runner: ContainerRunner | None, folders: BoundFolders, here: bool) -> list[str]:
    container = runner.command(traits, folders) if runner is not None else []
    if traits.nodes > 1:
        # Wherever they run: a scheduler gives each machine its GPUs
        return [
            *_machines(traits),
            *(_slots(traits, here=False) if traits.gpus and container else []),
            *container,
        ]
    if not traits.gpus or not (here or container):
        return container
    return [*_slots(traits, here), *container]


def _machines(traits: Traits) -> list[str]:
    gpus = ["--gpus", str(traits.gpus)] if traits.gpus else []
    program = ["python", "-P", "-m", "heldout.compiler.launch.machines"]
    return [
        *program,
        "--nodes",
        str(traits.nodes),
        "--cores",
        str(traits.cores),
        *gpus,
        "--for",
        traits.name,
        "--",
    ]


def _slots(traits: Traits, here: bool) -> list[str]:
    share = [] if traits.gpu_mem_mb is None else ["--gpu-mem-mb", str(traits.gpu_mem_mb)]
    how = share if here else ["--given"]
    program = ["python", "-P", "-m", "heldout.compiler.launch.slots"]
    return [*program, "--gpus", str(traits.gpus), *how, "--for", traits.name, "--"]
