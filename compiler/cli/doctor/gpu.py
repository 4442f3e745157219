"""GPUs: their driver, CUDA, and what jobs of this machine may use."""

import importlib.metadata
import re
from collections.abc import Iterator

from heldout.compiler.finding import Finding
from heldout.compiler.launch.devices import visible_devices
from heldout.compiler.programs import ask
from heldout.compiler.words import how_to_install

QUERY = "--query-gpu=name,memory.total,compute_cap,driver_version,mig.mode.current"
# NVIDIA, "CUDA Compatibility": every CUDA 12 runs on drivers from this one on.
OLDEST_DRIVER = 525


def look_at_gpus() -> Iterator[Finding]:
    said = ask("nvidia-smi", QUERY, "--format=csv,noheader")
    if said.out is None:
        yield Finding("GPU", "absent", f"nvidia-smi: {said.complaint}", "for GPUs: NVIDIA's driver")
        return
    rows = [[cell.strip() for cell in line.split(",")] for line in said.out.splitlines() if line.strip()]
    if not rows:
        yield Finding("GPU", "absent", "none", "for GPUs: a machine with one")
        return
    names = "; ".join(f"{row[0]}, {row[1]}, compute capability {row[2]}" for row in rows if len(row) > 2)
    yield Finding("GPU", "fine", names)
    yield _driver(rows[0][3] if len(rows[0]) > 3 else "?")
    if any(row[-1] == "Enabled" for row in rows):
        parts = re.findall(r"^\s+MIG\s+(\S+)", ask("nvidia-smi", "-L").out or "", re.MULTILINE)
        state = f"on; {len(parts)} parts: {', '.join(parts)}" if parts else "on, and no GPU is cut into parts"
        hint = "`nvidia-smi mig -cgi … -C` makes parts, an administrator's task"
        yield Finding("MIG", "fine" if parts else "doubtful", state, hint)
    yield _torch()
    yield _visible()


def _driver(version: str) -> Finding:
    cuda = re.search(r"CUDA Version:\s*([\d.]+)", ask("nvidia-smi").out or "")
    major = version.partition(".")[0]
    old = major.isdigit() and int(major) < OLDEST_DRIVER
    found = f"{version}, for CUDA up to {cuda[1] if cuda else '?'}"
    return Finding(
        "GPU driver", "doubtful" if old else "fine", found, f"the image `cuda` needs {OLDEST_DRIVER} or newer"
    )


def _torch() -> Finding:
    """Whether PyTorch here was built for GPUs, from its version: importing it takes seconds."""
    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return Finding("torch with CUDA", "absent", "torch is not installed", how_to_install("runtime"))
    without = version.endswith("+cpu")
    hint = "install PyTorch for CUDA (https://pytorch.org), or run in the image `cuda`"
    return Finding("torch with CUDA", "doubtful" if without else "fine", version, hint)


def _visible() -> Finding:
    try:
        devices = visible_devices()
    except ValueError as error:
        return Finding("GPUs for jobs", "doubtful", str(error), "write it anew, or remove it")
    found = ", ".join(device.name for device in devices) or "none"
    hint = "CUDA_VISIBLE_DEVICES hides them"
    return Finding("GPUs for jobs", "fine" if devices else "doubtful", found, hint)
