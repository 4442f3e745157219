"""The generated studies that are measured: a grid of methods, trials, domains and seeds."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

METHODS = ("erm", "coral", "group-dro", "vrex", "mmd")  # five, as every size has


class Size(NamedTuple):
    """The levels of each axis; every combination is one task of the stage `model`."""

    trials: int
    domains: int
    seeds: int
    methods: int = len(METHODS)

    @property
    def models(self) -> int:
        return self.methods * self.trials * self.domains * self.seeds

    @property
    def label(self) -> str:
        return f"{self.methods} methods x {self.trials} trials x {self.domains} domains x {self.seeds} seeds"


def search_study(size: Size) -> str:
    """The spec of a hyper-parameter search in DomainBed's form: data, splits, models and their scores."""
    domains = json.dumps(list(range(size.domains)))
    methods = "\n".join(f"    {name}: {{}}" for name in METHODS[: size.methods])
    return f"""\
heldout: 1
study: benchmark-search
title: A search over methods, domains and seeds
axes:
  held_out: {domains}
  method:
{methods}
  trial: {{search: {{learning_rate: {{loguniform: [1e-4, 1e-2]}}}}, trials: {size.trials}, seed: 0}}
  seed: {{count: {size.seeds}}}
stages:
  domains:
    use: data/rotated-digits
    angles: {domains}
  split:
    use: data/leave-one-domain-out
    data: ${{domains}}
    domain: ${{held_out}}
    seed: ${{seed}}
  model:
    use: train/classifier
    data: ${{split.train}}
    objective: ${{method}}
    search: ${{trial}}
    seed: ${{seed}}
    resources: {{seconds: 0.4}}
  score:
    use: evaluate/classification
    model: ${{model}}
    data: ${{split.test}}
"""


def cheap_study(size: Size) -> str:
    """A study of the same grid whose tasks cost next to nothing: what is left is heldout's own cost."""
    return f"""\
heldout: 1
study: benchmark-cheap
title: A study of cheap tasks
operators: [cheap_operators.py]
axes:
  held_out: {json.dumps(list(range(size.domains)))}
  method: {json.dumps(list(METHODS[: size.methods]))}
  trial: {json.dumps(list(range(size.trials)))}
  seed: {{count: {size.seeds}}}
stages:
  model:
    use: cheap-operators/draw
    domain: ${{held_out}}
    method: ${{method}}
    trial: ${{trial}}
    seed: ${{seed}}
  score:
    use: cheap-operators/double
    value: ${{model}}
"""


def training_study(models: int, steps: int) -> str:
    """A study that trains one small classifier a seed: what a bare loop of PyTorch does too."""
    return f"""\
heldout: 1
study: benchmark-training
title: Small classifiers
axes:
  seed: {{count: {models}}}
stages:
  digits:
    use: data/rotated-digits
  model:
    use: train/classifier
    data: ${{digits}}
    network: {{mlp: {{width: 128, depth: 2}}}}
    steps: {steps}
    seed: ${{seed}}
"""


def write_study(folder: Path, text: str) -> Path:
    """Write a spec into a folder, with the operators that it names beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    if "cheap_operators.py" in text:
        shutil.copy(Path(__file__).with_name("cheap_operators.py"), folder)
    spec = folder / "study.yaml"
    spec.write_text(text)
    return spec
