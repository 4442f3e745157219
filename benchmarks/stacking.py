"""Trials trained as one program against the same trials one after the other, at four sizes."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.processes import measure

SIZES, QUICK_SIZES = (1, 8, 32, 128), (1, 2)


class Trial(NamedTuple):
    """What is trained: a network on scikit-learn's digits, rotated by one angle a domain.

    Attributes:
        network: as a study writes it.
        domains: of which each minibatch takes `batch_size` examples.
    """

    name: str
    network: dict[str, dict[str, int]]
    domains: int
    batch_size: int
    steps: int


TRIALS = (
    Trial("mlp, 1 domain", {"mlp": {"width": 64, "depth": 2}}, 1, 32, 100),
    Trial("mlp, 6 domains", {"mlp": {"width": 128, "depth": 2}}, 6, 32, 40),
    Trial("conv, 2 domains", {"conv": {"width": 16}}, 2, 16, 20),
    Trial("vit, 2 domains", {"vit": {"patch_size": 2, "width": 32, "depth": 2, "heads": 2}}, 2, 16, 10),
)


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """One row a network and size: seconds of a trial from its beginning to its end, either way."""
    with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
        for trial in TRIALS:
            trial = trial._replace(steps=3) if quick else trial
            for size in QUICK_SIZES if quick else SIZES:
                yield _row(trial, size, Path(name))


def _row(trial: Trial, size: int, folder: Path) -> dict[str, Any]:
    arguments = [str(value) for value in (trial.domains, trial.batch_size, trial.steps, size)]
    said = measure(["-m", "benchmarks.stacked_trials", json.dumps(trial.network), *arguments], folder).json()
    return {
        "trial": trial.name,
        "size": size,
        "steps": trial.steps,
        "device": said["device"],
        "seconds_alone": said["alone"],
        "seconds_stacked": said["stacked"],
        "ratio": said["alone"] / said["stacked"],
        "largest_loss_difference": said["difference"],
    }
