"""The GPUs of this machine that this process may use."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from heldout.compiler.programs import ask

SIMULATED = "HELDOUT_GPU_DEVICES"
QUERY = "--query-gpu=index,uuid,memory.total,mig.mode.current"
PATIENCE_SECONDS = 30.0  # a driver that was asleep takes a while


@dataclass(frozen=True)
class Device:
    """One GPU, or one part of a GPU that was cut into parts (MIG).

    Attributes:
        name: what CUDA_VISIBLE_DEVICES and Docker call it: its UUID, which no process counts otherwise.
        index: its number with the driver; the name again where it has none.
        memory_mb: None where it is not known; such a device is never shared.
    """

    name: str
    index: str
    memory_mb: int | None


def visible_devices(environment: Mapping[str, str] = os.environ) -> tuple[Device, ...]:
    """The devices of this machine, those alone that an inherited CUDA_VISIBLE_DEVICES names.

    HELDOUT_GPU_DEVICES, such as `0:24000,1:24000`, takes the place of the driver's answer.

    Raises:
        ValueError: HELDOUT_GPU_DEVICES is written in another way.
    """
    simulated = environment.get(SIMULATED)
    found = _installed() if simulated is None else _simulated(simulated)
    wanted = environment.get("CUDA_VISIBLE_DEVICES")
    return found if wanted is None else _named(wanted, found)


def _simulated(text: str) -> tuple[Device, ...]:
    parts = [part for part in text.split(",") if part]
    if not all(re.fullmatch(r"[\w-]+:\d+", part) for part in parts):
        raise ValueError(f"{SIMULATED} is `{text}`: write NAME:MEGABYTES,NAME:MEGABYTES")
    pairs = [part.split(":") for part in parts]
    return tuple(Device(name, name, int(memory)) for name, memory in pairs)


def _named(wanted: str, found: tuple[Device, ...]) -> tuple[Device, ...]:
    """As CUDA reads it: numbers, UUIDs or beginnings of UUIDs, up to the first that names nothing."""
    devices: list[Device] = []
    for part in (part.strip() for part in wanted.split(",")):
        matching = [d for d in found if part in (d.index, d.name)]
        if not matching and re.match(r"(GPU|MIG)-\w", part):
            matching = [d for d in found if d.name.startswith(part)] or [Device(part, part, None)]
        if not matching:
            break
        devices.append(matching[0])
    return tuple(dict.fromkeys(devices))


def _installed() -> tuple[Device, ...]:
    """What the driver tells; nothing where there is no driver, or it does not answer."""
    rows = [line.split(", ") for line in _ask(QUERY, "--format=csv,noheader,nounits")]
    parts = _parts() if any(row[-1] == "Enabled" for row in rows) else {}
    devices: list[Device] = []
    for row in rows:
        if len(row) != 4:
            continue
        index, uuid, memory, _ = row
        whole = Device(uuid, index, int(memory) if memory.isdigit() else None)
        devices += parts.get(uuid, [whole])
    return tuple(devices)


def _parts() -> dict[str, list[Device]]:
    """The parts that whole GPUs were cut into, by the UUID of the whole."""
    parts: dict[str, list[Device]] = {}
    whole = ""
    for line in _ask("--list-gpus"):
        name = re.search(r"\(UUID: ([\w/.-]+)\)", line)
        if name is not None and line.startswith("GPU"):
            whole = name[1]
        elif name is not None:
            parts.setdefault(whole, []).append(Device(name[1], name[1], None))
    return parts


def _ask(*arguments: str) -> list[str]:
    return ask("nvidia-smi", *arguments, patience_seconds=PATIENCE_SECONDS).lines
