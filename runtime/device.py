"""Where a task computes, and how exactly it repeats."""

import os
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch

from heldout.runtime.distributed import world

Precision = Literal["float32", "bfloat16"]  # of a forward pass; weights are float32


def compute_device() -> torch.device:
    """The GPU that this process was given, else the CPU: of several processes each has one."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    here = world()
    return torch.device("cuda", here.local_rank) if here.size > 1 else torch.device("cuda")


def make_deterministic(threads: int = 1) -> dict[str, object]:
    """Turn on torch's deterministic algorithms and record what is promised.

    Args:
        threads: CPU threads of this process; the same number gives the same bits.

    Returns:
        the record kept with every task: `level` is `bitwise` on a CPU (the same bytes again on
        the same machine kind, library versions and threads) and `deterministic-kernels` on a
        GPU (the same bytes again on the same GPU model and driver). `cpu` is the set of vector
        instructions that torch uses: with another one sums are taken in another order.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    # The same switch as `use_deterministic_algorithms`, which would also import torch's compiler (1 s).
    torch.set_deterministic_debug_mode("warn")
    torch.backends.cudnn.benchmark = False
    device = compute_device()
    record: dict[str, object] = {
        "level": "bitwise" if device.type == "cpu" else "deterministic-kernels",
        "torch": torch.__version__,
        "threads": threads,
        "device": device.type,
        "cpu": torch.backends.cpu.get_cpu_capability(),
    }
    if device.type == "cuda":
        record["gpu"] = torch.cuda.get_device_name()
        record["cuda"] = torch.version.cuda
    return record


def autocast_to(name: Precision, device: torch.device) -> AbstractContextManager[object]:
    """For a block in `float32`, or under autocast in `bfloat16`."""
    return torch.autocast(device.type, dtype=torch.bfloat16) if name == "bfloat16" else nullcontext()
