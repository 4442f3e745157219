"""What of a stage decides how its jobs are started."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Traits:
    """What a job asks of the program that starts it.

    Attributes:
        name: of its rule.
        network: whether it fetches from outside, as no other job may.
        gpus: how many it asks for.
        gpu_mem_mb: its share of one GPU, megabytes; None: its GPUs are its own.
        mem_mb: its memory, megabytes.
        nodes: how many machines it asks for.
        cores: that it keeps busy on each of them.
    """

    name: str
    network: bool = False
    gpus: int = 0
    gpu_mem_mb: int | None = None
    mem_mb: int = 2000
    nodes: int = 1
    cores: int = 1


# Tells the runtime in a container which image it runs in, for the records of its tasks.
IMAGE = "HELDOUT_IMAGE"

# Of the user's environment, what a job that fetches is told: by name, so that no file holds a value.
PASSED = ("HF_TOKEN", "HF_ENDPOINT", *(f"{kind}_PROXY" for kind in ("HTTP", "HTTPS", "NO")))
PASSED += tuple(name.lower() for name in PASSED if name.endswith("_PROXY"))
