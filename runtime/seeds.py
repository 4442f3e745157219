"""Random streams that depend on a task's declared seed and a name, and on nothing else."""

import hashlib

import numpy as np


def stable_seed(seed: int, *names: str) -> int:
    """A 63-bit seed for one named stream: the head of SHA-256 over the seed and the names.

    Independent of process, order, shard, platform and Python's hash seed.
    """
    text = "\x1f".join((str(int(seed)), *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def numpy_stream(seed: int, *names: str) -> np.random.Generator:
    """A NumPy generator for one named stream of a task."""
    return np.random.default_rng(stable_seed(seed, *names))
