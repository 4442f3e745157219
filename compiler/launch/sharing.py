"""Who gets which GPU: a decision about jobs and devices that touches no file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from heldout.compiler.launch.devices import Device


@dataclass(frozen=True)
class GpuRequest:
    """A job that waits for GPUs of this machine, or has them.

    Attributes:
        ticket: its place in the order of arrival.
        stage: what people know it by, with its process.
        process: its id.
        gpus: how many it asks for.
        gpu_mem_mb: what it needs of its one GPU's memory; None: its GPUs are its own.
        choice: the names of the devices that it may be given.
        granted: the names of those that it has; none while it waits.
    """

    ticket: int
    stage: str
    process: int
    gpus: int
    gpu_mem_mb: int | None
    choice: tuple[str, ...]
    granted: tuple[str, ...] = ()


def grant(job: GpuRequest, others: Iterable[GpuRequest], devices: Sequence[Device]) -> tuple[Device, ...]:
    """The devices that a job may have now; none where it has to wait.

    Whoever came first is served first, as long as the two could be given the same device. Among those
    with room a job is given the device with the fewest jobs on it.
    """
    others = tuple(others)
    if ahead(job, others):
        return ()
    free = [device for device in devices if _has_room(device, job, others)]
    free.sort(key=lambda device: len(_on(device, others)))
    return tuple(free[: job.gpus]) if len(free) >= job.gpus else ()


def ahead(job: GpuRequest, others: Iterable[GpuRequest]) -> tuple[GpuRequest, ...]:
    """The jobs that came before and wait for devices that this one could have too."""
    waiting = (other for other in others if not other.granted and other.ticket < job.ticket)
    return tuple(other for other in waiting if set(other.choice) & set(job.choice))


def holders(job: GpuRequest, others: Iterable[GpuRequest]) -> tuple[GpuRequest, ...]:
    """The jobs that have devices which this one could be given."""
    return tuple(other for other in others if set(other.granted) & set(job.choice))


def never(job: GpuRequest, devices: Sequence[Device]) -> str:
    """Why a job would wait for ever, in words; empty where it would not."""
    if len(devices) < job.gpus:
        return f"{job.stage} asks for {job.gpus} GPUs, and there are {len(devices)}"
    if job.gpu_mem_mb is None:
        return ""
    known = [device.memory_mb for device in devices if device.memory_mb is not None]
    if not known:
        return f"{job.stage} asks for a share of a GPU, and of none here the memory is known"
    if job.gpu_mem_mb > max(known):
        return f"{job.stage} asks for {job.gpu_mem_mb} MB of a GPU, and the largest has {max(known)}"
    return ""


def _on(device: Device, others: tuple[GpuRequest, ...]) -> list[GpuRequest]:
    return [other for other in others if device.name in other.granted]


def _has_room(device: Device, job: GpuRequest, others: tuple[GpuRequest, ...]) -> bool:
    there = _on(device, others)
    if job.gpu_mem_mb is None:
        return not there
    if device.memory_mb is None:
        return False
    taken = [other.gpu_mem_mb for other in there]
    return None not in taken and sum(filter(None, taken)) + job.gpu_mem_mb <= device.memory_mb
