"""Where a job computes: what the record of each of its tasks says of that."""

import os
import platform
import re
from pathlib import Path

from heldout.runtime.device import make_deterministic

_MODEL = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)
_MODULE = re.compile(r"Kernel Module\s+(?:for \S+\s+)?(\d[\d.]*)")


def prepare_environment(threads: int) -> dict[str, object]:
    """Make this process repeat itself, and say where it runs.

    Args:
        threads: of the CPU, for this process.

    Returns:
        versions, device and what is promised about repeating; on a GPU its driver, in a container
        the image.
    """
    environment = make_deterministic(threads)
    if environment["device"] == "cuda":
        environment["driver"] = gpu_driver()
    environment |= {"python": platform.python_version(), "platform": platform.platform()}
    if name := processor():  # on which it depends what a task costs
        environment["processor"] = name
    if image := os.environ.get("HELDOUT_IMAGE"):  # set by whoever started the container
        environment["image"] = image
    return environment


def processor(said: Path = Path("/proc/cpuinfo")) -> str:
    """The model of the processor, as Linux names it; nothing where it names none."""
    found = _MODEL.search(said.read_text(encoding="utf-8", errors="replace")) if said.is_file() else None
    return " ".join(found[1].split()) if found else ""


def gpu_driver(said: Path = Path("/proc/driver/nvidia/version")) -> str:
    """The version of NVIDIA's driver, as its kernel module says it; `unknown` where it says nothing."""
    found = _MODULE.search(said.read_text(encoding="utf-8")) if said.is_file() else None
    return found[1] if found else "unknown"
