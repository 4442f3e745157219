"""How the jobs of a study are started: as one value, from what the command line asks for."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from heldout.compiler.compile import Compiled
from heldout.compiler.images import Pins
from heldout.compiler.launch.bound_folders import BoundFolders
from heldout.compiler.launch.devices import visible_devices
from heldout.compiler.launch.engine import ContainerRunner
from heldout.compiler.launch.own_data import own_data
from heldout.compiler.launch.prefix import prefixes
from heldout.compiler.launch.refusal import missing, wrong
from heldout.compiler.launch.registry import NONE, engine_called, engines
from heldout.compiler.launch.serving import serving_pin
from heldout.compiler.launch.sharing import GpuRequest, never
from heldout.compiler.launch.traits import Traits
from heldout.compiler.plan.plan import PlannedStage

REPORT = "study_report"


@dataclass(frozen=True)
class Launch:
    """What the jobs of a workflow start with.

    Attributes:
        prefixes: by rule, what the shell reads before its command.
        runner: of the containers, where jobs run in any.
        notes: what people should know of it.
    """

    prefixes: Mapping[str, str] = field(default_factory=dict)
    runner: ContainerRunner | None = None
    notes: tuple[str, ...] = ()


def plain_launch(compiled: Compiled, folder: Path, store: Path, here: bool = True) -> Launch:
    """A launch without containers: jobs of this machine wait for its GPUs, and that is all."""
    return Launch(prefixes(traits_of(compiled), None, BoundFolders.of(folder, store), here))


def prepare_launch(
    compiled: Compiled,
    containers: str,
    folder: Path,
    store: Path,
    pins: Pins,
    here: bool = True,
    catalog: str | None = None,
    data: Iterable[Path] | None = None,
) -> Launch:
    """A launch in containers of an engine, or without any.

    Args:
        compiled: the study.
        containers: the name of the engine, or `none`.
        folder: of the workflow.
        store: of artifacts.
        pins: what the names of images stand for.
        here: whether jobs run on this machine.
        catalog: the digest of that which an image must hold of which nothing more is known; by default of
            the one shipped here.
        data: the user's own files and folders, which containers are given to read; None: those that the study
            names. A study of somebody else must not choose them.

    Raises:
        Refusal: the image, the engine or a GPU that the study asks for is not there.
    """
    notes = _look_at_gpus(compiled) if here else []
    own = [one.path for one in own_data(compiled.scope)] if data is None else data
    jobs, folders = traits_of(compiled), BoundFolders.of(folder, store, data=own)
    if containers == NONE:
        return Launch(prefixes(jobs, None, folders, here), None, tuple(notes))
    runner = _runner(compiled, containers, pins, here, catalog)
    if not runner.isolates:
        notes.append(
            f"{containers} may not cut containers off from the network here, so jobs can reach it; "
            "what they import of Python is kept offline by the runtime"
        )
    folders.make(fetches=any(traits.network for traits in jobs))
    return Launch(prefixes(jobs, runner, folders, here), runner, tuple(notes))


def _runner(
    compiled: Compiled, containers: str, pins: Pins, here: bool, catalog: str | None
) -> ContainerRunner:
    engine, pin = engine_called(containers), serving_pin(compiled, pins, catalog)
    wide = [traits.name for traits in traits_of(compiled) if traits.nodes > 1]
    if wide and not engine.spans_machines:
        able = ", ".join(name for name, other in engines().items() if other.spans_machines)
        hint = f"run it with --containers {able}, or {NONE}"
        wrong(f"{wide[0]} asks for several machines, between which {containers} cannot reach", hint)
    return engine.find(compiled.study.image, pin, here)


def traits_of(compiled: Compiled) -> tuple[Traits, ...]:
    """The traits of every rule; the report's is the last."""
    return (*(_traits(compiled, job[0]) for job in compiled.plan.jobs), Traits(REPORT))


def _traits(compiled: Compiled, stage: PlannedStage) -> Traits:
    expansion = compiled.expansions[stage.name]
    resources = expansion.stage.resources
    return Traits(
        name=stage.name,
        network=expansion.operator.network,
        gpus=resources.gpu,
        gpu_mem_mb=resources.gpu_mem_mb,
        mem_mb=resources.mem_mb,
        nodes=resources.nodes,
        cores=resources.cores,
    )


def _look_at_gpus(compiled: Compiled) -> list[str]:
    """Whether this machine has the GPUs that jobs ask for; none at all is fine: they take the CPU."""
    asking = [traits for traits in traits_of(compiled) if traits.gpus]
    if not asking:
        return []
    try:
        devices = visible_devices()
    except ValueError as error:
        wrong(str(error), "or leave it out")
    if not devices:
        return [f"there is no GPU here: {', '.join(traits.name for traits in asking)} runs on the CPU"]
    for traits in asking:
        job = GpuRequest(0, traits.name, os.getpid(), traits.gpus, traits.gpu_mem_mb, ())
        if why := never(job, devices):
            missing(why, "run it on another machine, or give the stage other `resources`")
    return []
