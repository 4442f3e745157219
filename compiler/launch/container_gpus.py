"""GPUs in containers: how an engine is told of those that a job is given, and whether it can give any."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from heldout.compiler.finding import Finding
from heldout.compiler.launch.devices import Device

# Options of engines, filled in once the devices are known and left out without any.
DOCKER_GPUS = '--gpus="device={gpus}"'
CDI_GPU = "--device=nvidia.com/gpu={gpu}"

TOOLKIT = (
    "for GPUs in containers: NVIDIA's container toolkit, https://docs.nvidia.com/datacenter/cloud-native"
)
CDI = (Path("/etc/cdi"), Path("/var/run/cdi"))  # where the toolkit describes GPUs for any engine


def filled(command: Sequence[str], devices: Sequence[Device]) -> list[str]:
    """A command with the devices where an engine is to be told of them."""
    words = []
    for word in command:
        if word == DOCKER_GPUS:
            names = ",".join(device.name for device in devices)
            words += [word.replace("{gpus}", names)] if devices else []
        elif word == CDI_GPU:
            words += [word.replace("{gpu}", device.index) for device in devices]
        else:
            words.append(word)
    return words


def look_at_gpus_in(engine: str, runtime: bool) -> Finding:
    """Whether an engine can give GPUs to containers.

    Args:
        engine: its name.
        runtime: whether it has a runtime of its own for them; else it goes by CDI.
    """
    described = [path for folder in CDI if folder.is_dir() for path in folder.glob("nvidia*")]
    if runtime or described:
        return Finding(f"{engine} with GPUs", "fine", "runtime nvidia" if runtime else str(described[0]))
    toolkit = shutil.which("nvidia-ctk") is not None
    found = "NVIDIA's container toolkit is there, not set up" if toolkit else "no NVIDIA container toolkit"
    setup = "`nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml` sets it up"
    return Finding(f"{engine} with GPUs", "absent", found, setup if toolkit else TOOLKIT)
