"""A small study that ran: two networks, and an operator of the user's own that fails for one of them."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

import heldout
from heldout.compiler.run.events import Progress

OPERATORS = '''\
"""How large the weights of a model are."""

from typing import Annotated

from heldout import Metrics, Model, Table, operator


@operator(seconds=0.01)
def norm(model: Model, *, most: int) -> Annotated[Table, Metrics("norm")]:
    """The Euclidean norm of all weights.

    Args:
        model: whose weights they are.
        most: numbers that they may have.

    Raises:
        ValueError: they have more.
    """
    numbers = sum(weight.numel() for weight in model.weights.values())
    if numbers > most:
        raise ValueError(f"{numbers} numbers are more than {most}")
    return Table.of({"norm": sum(float((w**2).sum()) for w in model.weights.values()) ** 0.5})
'''

STUDY = """\
heldout: 1
study: little
operators: [my_operators.py]
axes:
  network:
    linear: linear
    mlp: {mlp: {width: 16}}
  held_out: [0, 30]
  seed: {count: 2}
stages:
  domains: {use: data/rotated-digits, angles: [0, 30]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: "${held_out}", seed: "${seed}"}
  model:
    use: train/classifier
    data: ${split.train}
    network: ${network}
    steps: 3
    seed: ${seed}
    when: {seed: [0, 1], held_out: [30]}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
  weights: {use: my-operators/norm, model: "${model}", most: 700}
claims:
  deeper:
    says: The deeper network is more accurate.
    compare: {metric: score.accuracy, axis: network, greater: mlp, less: linear, pair: [seed], alpha: 0.3}
tables:
  accuracy: {rows: network, columns: held_out, value: score.accuracy}
figures:
  bars: {mark: bar, x: network, y: score.accuracy}
"""


@dataclass
class Told(heldout.Observer):
    """What an observer was told of a run."""

    notes: list[str] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def progressed(self, progress: Progress) -> None:
        self.ended.append(progress.ended)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the spec `little.yaml`, which has not run."""
    folder = tmp_path_factory.mktemp("little")
    (folder / "my_operators.py").write_text(OPERATORS)
    (folder / "little.yaml").write_text(STUDY)
    return folder


@pytest.fixture(scope="session")
def watched() -> Told:
    """Of the run of `study`."""
    return Told()


@pytest.fixture(scope="session")
def study(written: Path, watched: Told) -> heldout.Study:
    """That study, which has run; its results and its store lie beside the spec."""
    places = {"results": written / "results", "store": written / ".heldout" / "store"}
    return heldout.run(written / "little.yaml", cores=1, observer=watched, **places)
