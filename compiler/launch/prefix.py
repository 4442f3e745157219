"""What stands before the command of every rule: the one place that renders it."""

import shlex
from collections.abc import Iterable

from heldout.compiler.launch.apptainer import Apptainer
from heldout.compiler.launch.docker import Docker
from heldout.compiler.launch.place import Place
from heldout.compiler.launch.traits import Traits

Engine = Apptainer | Docker


def prefixes(
    jobs: Iterable[Traits], engine: Engine | None, place: Place, here: bool = True
) -> dict[str, str]:
    """What the shell reads before the command of each rule; empty where it is nothing.

    Args:
        jobs: of the rules.
        engine: that runs them in containers; None: none does.
        place: where they work.
        here: whether they run on this machine, so that they have to share its GPUs; elsewhere a
            scheduler gives each its own.
    """
    return {traits.name: shlex.join(_words(traits, engine, place, here)) for traits in jobs}


def _words(traits: Traits, engine: Engine | None, place: Place, here: bool) -> list[str]:
    container = engine.command(traits, place) if engine is not None else []
    if not traits.gpus or not (here or container):
        return container
    return [*_slots(traits, here), *container]


def _slots(traits: Traits, here: bool) -> list[str]:
    share = [] if traits.gpu_mem_mb is None else ["--gpu-mem-mb", str(traits.gpu_mem_mb)]
    how = share if here else ["--given"]
    program = ["python", "-P", "-m", "heldout.compiler.launch.slots"]
    return [*program, "--gpus", str(traits.gpus), *how, "--for", traits.name, "--"]
