"""Random streams by a declared seed and a name, PyTorch's too; `seeds` has the others and loads none."""

import torch

from heldout.runtime.seeds import numpy_stream, stable_seed

__all__ = ["numpy_stream", "seed_globally", "stable_seed", "torch_stream"]


def torch_stream(seed: int, *names: str) -> torch.Generator:
    """A CPU generator for one named stream of a task."""
    return torch.Generator().manual_seed(stable_seed(seed, *names))


def seed_globally(seed: int) -> None:
    """What `torch.manual_seed` does, for the CPU and for GPUs of CUDA, without its cost.

    That one takes a stack trace for every kind of device that a process does not have, a millisecond in all.
    """
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(seed)
