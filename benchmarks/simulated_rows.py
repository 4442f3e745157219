"""Studies in which a claim over single rows lies at its very edge, and what is said of it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from scipy import stats

from heldout.runtime.artifacts import Dataset, Predictions
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.machine.verdicts.rehearsal import whole_stage
from heldout.runtime.machine.verdicts.verdicts import examine
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.records import Records
from heldout.runtime.results.results import Results

ROWS, RUNS = (50, 500), (3, 5, 10)
AGAIN = 0.3  # how much a model that is trained again differs, where a row differs by 1
SHARE = 1.3  # how far a model is from being right in half of the rows


class Study(NamedTuple):
    """A claim, on data of a kind, with runs, or None where models are not trained again."""

    kind: str
    data: str
    runs: int | None
    rows: int

    @property
    def words(self) -> str:
        runs = "these models" if self.runs is None else f"{self.runs} runs"
        return f"{self.data}, {runs} x {self.rows} rows"

    def outcome(self, rng: np.random.Generator) -> Outcome:
        methods = 2 if self.kind == "compare-rows" else 1
        draw, null = DATA[self.data]
        again = 0.0 if self.runs is None else AGAIN
        records = draw(rng, methods, self.runs or 1, self.rows, again)
        compared = {"axis": "method", "greater": 1, "less": 0} if methods == 2 else {"above": null(again)}
        metric = "auroc" if self.data == "areas" else "value"
        kind = "Predictions" if self.data == "areas" else "Dataset"
        parameters: dict[str, Any] = {
            "metric": {"stage": "score", "port": "records", "metric": metric, "kind": kind},
            "runs": None if self.runs is None else "run",
            **compared,
        }
        claim = {"id": "a", "kind": self.kind, "parameters": parameters}
        found = examine(claim, _results(records, methods, self.runs or 1))
        if found.untested:
            raise AssertionError(f"{self.kind}: {found.untested}")
        return found


def studies() -> Iterator[Study]:
    """Both kinds of claims over rows, with few and many rows and runs."""
    for kind, kinds_of_data in (
        ("compare-rows", ("normal", "skewed", "right or wrong", "mostly right", "areas")),
        ("threshold-rows", ("normal", "skewed", "right or wrong")),
    ):
        for data in kinds_of_data:
            for rows in ROWS:
                for runs in (*RUNS, None):
                    yield Study(kind, data, runs, rows)


def _normal(rng: np.random.Generator, methods: int, runs: int, rows: int, again: float) -> list[Any]:
    own = rng.normal(size=(methods, 1, rows))
    return _columns(own + _more(rng, methods, runs, rows, again))


def _skewed(rng: np.random.Generator, methods: int, runs: int, rows: int, again: float) -> list[Any]:
    """What a row adds is exponential, about its mean; of two methods the difference alone."""
    own = rng.exponential(size=(methods, 1, rows)) - 1
    if methods == 2:
        own[1] = 0
    return _columns(own + _more(rng, methods, runs, rows, again))


def _right(share: float) -> Callable[..., list[Any]]:
    def draw(rng: np.random.Generator, methods: int, runs: int, rows: int, again: float) -> list[Any]:
        easy = share + rng.normal(size=(1, 1, rows)) + 0.5 * rng.normal(size=(methods, 1, rows))
        more = _more(rng, methods, runs, rows, again)
        return _columns((easy + more > 0).astype(float))

    return draw


def _areas(rng: np.random.Generator, methods: int, runs: int, rows: int, again: float) -> list[Any]:
    """Scores of two classes, of which the positive ones are greater, by as much as a run has it."""
    label = (np.arange(rows) % 2).astype(np.int64)
    own = rng.normal(size=(1, 1, rows)) + 0.5 * rng.normal(size=(methods, 1, rows))
    gap = 1 + again * rng.normal(size=(methods, runs, 1))
    scores = own + gap * label + 0.5 * rng.normal(size=(methods, runs, rows))
    ids = pa.array([str(i) for i in range(rows)])
    return [
        Predictions(pa.table({"id": ids, "label": label, "score": one})) for one in scores.reshape(-1, rows)
    ]


def _more(rng: np.random.Generator, methods: int, runs: int, rows: int, again: float) -> np.ndarray:
    """What a run adds to all rows, and what it adds to each."""
    return again * rng.normal(size=(methods, runs, 1)) + 0.5 * rng.normal(size=(methods, runs, rows))


def _columns(values: np.ndarray) -> list[Any]:
    ids = pa.array([str(i) for i in range(values.shape[-1])])
    return [Dataset(pa.table({"id": ids, "value": one})) for one in values.reshape(-1, values.shape[-1])]


def _share(again: float) -> float:
    return float(stats.norm.cdf(SHARE / np.sqrt(1 + 0.25 + again**2 + 0.25)))


# How the records are drawn, and what one method has in expectation.
DATA: dict[str, tuple[Callable[..., list[Any]], Callable[[float], float]]] = {
    "normal": (_normal, lambda again: 0.0),
    "skewed": (_skewed, lambda again: 0.0),
    "right or wrong": (_right(SHARE), _share),
    "mostly right": (_right(2 * SHARE), _share),
    "areas": (_areas, lambda again: 0.0),
}


class _Store:
    def __init__(self, records: list[Any]) -> None:
        self._by_task = {f"score-{cell}": record for cell, record in enumerate(records)}

    def has(self, task: str) -> bool:
        return task in self._by_task

    def load(self, task: str, port: str, kind: str) -> Any:
        return self._by_task[task]


def _results(records: list[Any], methods: int, runs: int) -> Results:
    axes = (Axis("method", tuple(range(methods))), Axis("run", tuple(range(runs))))
    stage = whole_stage("score", axes)
    named = {axis.name: axis for axis in axes}
    return Results(named, {"score": stage}, {}, (), records=Records(_Store(records)))
