"""`python -m benchmarks.stacked_trials NETWORK DOMAINS BATCH_SIZE STEPS SIZE`: trials in one process.

Each trial has its own seed and learning rate. One line of JSON says the seconds of a trial alone (the
median of some that are trained in turns with the stack) and in a stack of SIZE, and how far the losses
of the last step are from one another, relative.
"""

import json
import statistics
import sys
import time
from typing import Any

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device, make_deterministic
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.train.classifier import Followed, classifier, classifiers
from heldout.runtime.training.plan import Plan

ALONE = 8  # trials that are trained alone, at most
REPEATS = 3


def main(network: dict[str, Any], domains: int, batch_size: int, steps: int, size: int) -> None:
    make_deterministic(threads=1)
    data = rotated_digits(angles=list(range(0, 90, 15))[:domains])
    calls = [
        {
            "data": data,
            "start": None,
            "checkpoint": Checkpoint(),
            "network": network,
            "objective": "erm",
            "batch_size": batch_size,
            "plan": Plan(steps, 1e-3 * (1 + seed / size), "adam", record_every=steps),
            "seed": seed,
        }
        for seed in range(size)
    ]
    classifier(**calls[0])  # imports, and what libraries do once
    alone: list[float] = []
    stacked: list[float] = []
    differences = [0.0]
    for _ in range(REPEATS):
        began = time.perf_counter()
        trained = classifiers(calls)
        stacked.append((time.perf_counter() - began) / size)
        for call, together in zip(calls[:ALONE], trained, strict=False):
            began = time.perf_counter()
            loss = _last_loss(classifier(**call))
            alone.append(time.perf_counter() - began)
            differences.append(abs(_last_loss(together) - loss) / abs(loss))
    said = {
        "device": compute_device().type,
        "alone": statistics.median(alone),
        "stacked": statistics.median(stacked),
        "difference": max(differences),
    }
    print(json.dumps(said))


def _last_loss(trained: Followed | Exception) -> float:
    if isinstance(trained, Exception):
        raise trained
    return float(trained.curve.rows["value"].to_pylist()[-1])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), *map(int, sys.argv[2:]))
