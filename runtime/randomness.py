"""Random streams by a declared seed and a name, PyTorch's too; `seeds` has the others and loads none."""

import torch

from heldout.runtime.seeds import numpy_stream, stable_seed

__all__ = ["numpy_stream", "stable_seed", "torch_stream"]


def torch_stream(seed: int, *names: str) -> torch.Generator:
    """A CPU generator for one named stream of a task."""
    return torch.Generator().manual_seed(stable_seed(seed, *names))
