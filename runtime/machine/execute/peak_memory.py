"""The most memory that this process has had, since it last began to count."""

import resource
import sys
from pathlib import Path

import torch

STATUS = Path("/proc/self/status")
FORGET, PEAK = Path("/proc/self/clear_refs"), "5"  # what Linux is told, to begin anew with VmHWM


def forget_peak() -> bool:
    """Count the most memory from now on; whether that could be done, which Linux alone lets a process do."""
    if torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()
    try:
        FORGET.write_text(PEAK, encoding="ascii")
    except OSError:
        return False
    return True


def peak_memory() -> dict[str, float]:
    """What the record of a task says of memory: of the process that computed it, since it began to count.

    What the process holds besides is in it: libraries, and inputs that other tasks share. Where it could not
    begin anew, the peaks of tasks before are in it too.

    Returns:
        peak_rss_mb: resident memory of the process, MB of 2^20 bytes.
        peak_gpu_mb: of tensors on its GPU, where it has used one.
    """
    peak = {"peak_rss_mb": round(_resident_bytes() / 2**20, 1)}
    if torch.cuda.is_initialized():
        peak["peak_gpu_mb"] = round(torch.cuda.max_memory_allocated() / 2**20, 1)
    return peak


def _resident_bytes() -> int:
    """Linux keeps in `ru_maxrss` what the parent had when it started this process: 300 MB of Snakemake's
    would be the job's. `VmHWM` is of this program alone."""
    try:
        for line in STATUS.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:  # no Linux
        pass
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
