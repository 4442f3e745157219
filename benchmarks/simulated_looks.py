"""Studies that grow, in which a claim lies at its very edge and is read at several sizes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from heldout.compiler.analysis.looks import Look
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.machine.verdicts.verdicts import Word, judge
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.results import Results

ALPHA = 0.05
SIZES = {"t": (3, 5, 10), "sign-flip": (7, 9, 11)}
EACH_TIME = "each time"  # nothing is spent: alpha is asked at every look
METRIC = {"stage": "score", "port": "table", "metric": "score"}


class Growing(NamedTuple):
    """A claim on data of a kind, read at some sizes; `spending` is by what function, or each time anew."""

    kind: str
    data: str
    test: str
    at: tuple[int, ...]
    spending: str

    @property
    def words(self) -> str:
        return f"{self.test}, {self.data}, {self.spending} at {', '.join(map(str, self.at))} seeds"

    def words_said(self, rng: np.random.Generator) -> set[Word]:
        """What is said of the claim at any of its looks."""
        methods = 2 if self.kind == "compare" else 1
        values = _drawn(rng, self.data, (self.at[-1], methods))
        return {self._verdict(values, number) for number in range(1, len(self.at) + 1)}

    def _verdict(self, values: np.ndarray, number: int) -> Word:
        compared = {"axis": "method", "greater": 1, "less": 0} if self.kind == "compare" else {"above": 0.0}
        parameters = {"metric": METRIC, "pair": ["seed"], "test": self.test, "alpha": ALPHA, **compared}
        claim: dict[str, Any] = {"id": "a", "kind": self.kind, "parameters": parameters}
        if self.spending != EACH_TIME:
            look = Look("seed", self.at, self.spending, number)
            claim["look"] = look.described(ALPHA)
            parameters["alpha"] = look.level(ALPHA)
        (verdict,) = judge([claim], _results(values[: self.at[number - 1]]))
        return verdict.word


def studies() -> Iterator[Growing]:
    """Differences of two methods by both tests, and values of one by t, spent in every way."""
    two = [("compare", test, data) for test in SIZES for data in ("normal", "skewed", "lattice")]
    for kind, test, data in (*two, ("threshold", "t", "normal"), ("threshold", "t", "skewed")):
        for spending in (EACH_TIME, "obrien-fleming", "pocock"):
            yield Growing(kind, data, test, SIZES[test], spending)


def _drawn(rng: np.random.Generator, data: str, shape: tuple[int, int]) -> np.ndarray:
    """Values of mean zero: normal, exponential, or of few different ones."""
    if data == "skewed":
        return np.asarray(rng.exponential(size=shape) - 1)
    values = rng.normal(size=shape)
    return np.rint(values / 2) / 20 if data == "lattice" else values


def _results(values: np.ndarray) -> Results:
    seeds, methods = values.shape
    axes = (Axis("seed", tuple(range(seeds))), Axis("method", tuple(range(methods))))
    stage = whole_stage("score", axes)
    return rehearsed({"score": stage}, {("score", "table", "score"): values.reshape(-1)})
