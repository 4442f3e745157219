"""`python -m benchmarks.peer_trial TRIAL RESULT`: one trial in a process of its own.

What the local launcher of a sweep starts for each of its trials: import torch, load the data, train
on all domains but one, score on that one, write the result. It calls the functions that heldout's jobs
call, with a trial's own parameters, and knows nothing of plans and stores.
"""

import hashlib
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import make_deterministic
from heldout.runtime.groups import grouped, groups
from heldout.runtime.operators.data.splits.leave_one_domain_out import leave_one_domain_out
from heldout.runtime.operators.evaluate.classification import classification
from heldout.runtime.operators.train.classifier import classifier


def main(trial: Path, result: Path) -> None:
    make_deterministic(threads=1)
    parameters = json.loads(trial.read_text())
    data = Dataset.load(trial.parent / "data")
    split = leave_one_domain_out(data, **parameters["split"])
    began = time.perf_counter()
    training = grouped(parameters["model"], groups(classifier))
    model, curve, _ = classifier(split.train, checkpoint=Checkpoint(), **training)
    seconds = time.perf_counter() - began
    table, _ = classification(model, split.test, **parameters["score"])
    said = {
        "losses": curve.rows["value"].to_pylist(),
        "accuracy": table.scalar("accuracy"),
        "weights": digest(model.weights),
        "training_seconds": seconds,
    }
    result.write_text(json.dumps(said))


def digest(weights: Mapping[str, Tensor]) -> str:
    """SHA-256 of a model's weights."""
    content = hashlib.sha256()
    for name in sorted(weights):
        content.update(name.encode())
        content.update(weights[name].numpy().tobytes())
    return content.hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
