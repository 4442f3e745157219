"""The generated studies that are measured: a grid of methods, trials, domains and seeds."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

METHODS = ("erm", "coral", "group-dro", "vrex", "mmd")  # five, as every size has

OPERATORS = ("cheap_operators.py", "large_digits.py")


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
    """A study that trains one small classifier a seed: what a bare loop of PyTorch does too.

    It says that a task takes next to nothing, so that all of them are one job.
    """
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
    resources: {{seconds: 0.001}}
"""


class Sweep(NamedTuple):
    """What a sweep trains: on the rotations but one that it holds out, at learning rates of a search.

    Attributes:
        data: the operator that makes the domains.
        domains: how many rotations there are.
        network, steps, batch_size: of `train/classifier`.
        seconds: a trial, roughly, as a user says who has run one.
    """

    name: str
    data: str
    domains: int
    network: str
    steps: int
    batch_size: int
    seconds: float


def sweep_study(sweep: Sweep, trials: int, seeds: int, stack: str | None) -> str:
    """The spec of a sweep: so many trials of the search, each with so many seeds.

    Args:
        stack: how many trials may train as one program; None: the spec says nothing of it.
    """
    own = "operators: [large_digits.py]\n" if sweep.data.startswith("large-digits/") else ""
    stacking = f", stack: {stack}" if stack is not None else ""
    return f"""\
heldout: 1
study: benchmark-sweep
title: A sweep
{own}axes:
  trial: {{search: {{learning_rate: {{loguniform: [1e-4, 1e-2]}}}}, trials: {trials}, seed: 0}}
  seed: {{count: {seeds}}}
stages:
  domains:
    use: {sweep.data}
    angles: {json.dumps([15 * number for number in range(sweep.domains)])}
  split:
    use: data/leave-one-domain-out
    data: ${{domains}}
    domain: 0
    seed: ${{seed}}
  model:
    use: train/classifier
    data: ${{split.train}}
    network: {sweep.network}
    steps: {sweep.steps}
    batch_size: {sweep.batch_size}
    search: ${{trial}}
    seed: ${{seed}}
    resources: {{seconds: {sweep.seconds}{stacking}}}
  score:
    use: evaluate/classification
    model: ${{model}}
    data: ${{split.test}}
"""


def write_study(folder: Path, text: str) -> Path:
    """Write a spec into a folder, with the operators that it names beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for operators in OPERATORS:
        if operators in text:
            shutil.copy(Path(__file__).with_name(operators), folder)
    spec = folder / "study.yaml"
    spec.write_text(text)
    return spec
