"""How the jobs of a study are started: as one value, from what the command line asks for."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from heldout.compiler.compile import Compiled
from heldout.compiler.images import Pins
from heldout.compiler.launch.devices import visible_devices
from heldout.compiler.launch.engines import find_apptainer, find_docker
from heldout.compiler.launch.place import Place
from heldout.compiler.launch.prefix import Engine, prefixes
from heldout.compiler.launch.refusal import missing, wrong
from heldout.compiler.launch.serving import serving_pin
from heldout.compiler.launch.sharing import Job, never
from heldout.compiler.launch.traits import Traits
from heldout.compiler.plan.plan import PlannedStage
from heldout.compiler.profiles.profile import Containers

REPORT = "study_report"


@dataclass(frozen=True)
class Launch:
    """What the jobs of a workflow start with.

    Attributes:
        prefixes: by rule, what the shell reads before its command.
        engine: that runs the containers, where any does.
        notes: what people should know of it.
    """

    prefixes: Mapping[str, str] = field(default_factory=dict)
    engine: Engine | None = None
    notes: tuple[str, ...] = ()


def plain_launch(compiled: Compiled, folder: Path, store: Path, here: bool = True) -> Launch:
    """A launch without containers: jobs of this machine wait for its GPUs, and that is all."""
    return Launch(prefixes(traits_of(compiled), None, Place.of(folder, store), here))


def prepare_launch(
    compiled: Compiled,
    containers: Containers,
    folder: Path,
    store: Path,
    pins: Pins,
    here: bool = True,
    catalog: str | None = None,
) -> Launch:
    """A launch in containers of an engine, or without any.

    Args:
        compiled: the study.
        containers: the engine, or `none`.
        folder: of the workflow.
        store: of artifacts.
        pins: what the names of images stand for.
        here: whether jobs run on this machine.
        catalog: the digest of that which an image must hold of which nothing more is known; by default of
            the one shipped here.

    Raises:
        Refusal: the image, the engine or a GPU that the study asks for is not there.
    """
    notes = _look_at_gpus(compiled) if here else []
    jobs, place = traits_of(compiled), Place.of(folder, store)
    if containers == "none":
        return Launch(prefixes(jobs, None, place, here), None, tuple(notes))
    engine = _engine(compiled, containers, pins, here, catalog)
    if getattr(engine, "isolates", True) is False:
        notes.append(
            "apptainer may not cut containers off from the network here, so jobs can reach it; "
            "what they import of Python is kept offline by the runtime"
        )
    place.make(fetches=any(traits.network for traits in jobs))
    return Launch(prefixes(jobs, engine, place, here), engine, tuple(notes))


def _engine(
    compiled: Compiled,
    containers: Literal["apptainer", "docker", "podman"],
    pins: Pins,
    here: bool,
    catalog: str | None,
) -> Engine:
    name, pin = compiled.study.image, serving_pin(compiled, pins, catalog)
    if containers == "apptainer":
        return find_apptainer(name, pin, here)
    wide = [traits.name for traits in traits_of(compiled) if traits.nodes > 1]
    if wide:
        hint = "run it with --containers apptainer, or none"
        wrong(f"{wide[0]} asks for several machines, between which {containers} cannot reach", hint)
    return find_docker(containers, name, pin)


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
        job = Job(0, traits.name, os.getpid(), traits.gpus, traits.gpu_mem_mb, ())
        if why := never(job, devices):
            missing(why, "run it on another machine, or give the stage other `resources`")
    return []
