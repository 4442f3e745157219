"""A small study: two methods, three held-out domains, two protocols, three seeds."""

import hashlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.results.gather import gather
from heldout.runtime.results.plan import ReportPlan
from heldout.runtime.results.results import Results

AXES = {
    "held_out": {"levels": [0, 15, 30], "kind": "list", "title": "held-out rotation"},
    "method": {"levels": ["erm", "coral"], "kind": "named", "title": None},
    "protocol": {"levels": ["validation", "oracle"], "kind": "named", "title": None},
    "seed": {"levels": [0, 1, 2], "kind": "count", "title": None},
}
ACCURACY = {"stage": "score", "port": "table", "metric": "accuracy"}


def task_of(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def value_of(held_out: int, method: str, protocol: str, seed: int) -> float:
    """Tenths and hundredths that can be added up by hand."""
    return 0.5 + held_out / 100 + 0.1 * (method == "coral") + 0.05 * (protocol == "oracle") + 0.01 * seed


class FakeStore:
    """The store's methods that the report uses."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], Table] = {}
        self.records: dict[str, dict[str, Any]] = {}

    def has(self, task: str) -> bool:
        return task in self.records

    def record(self, task: str) -> dict[str, Any] | None:
        return self.records.get(task)

    def load(self, task: str, port: str, kind: str) -> Table:
        return self.tables[task, port]


@pytest.fixture
def declared() -> dict[str, Any]:
    """report.json as the compiler writes it."""
    names = ["held_out", "method", "protocol", "seed"]
    cells = [task_of("score", *at) for at in itertools.product(*(AXES[n]["levels"] for n in names))]
    table = {"kind": "Table", "metrics": ["accuracy"]}
    return {
        "heldout": 1,
        "study": "digits",
        "title": "Does aligning help?",
        "paper": {"title": "A paper", "url": "https://example.org/paper"},
        "notes": None,
        "scale": "small",
        "spec": "specs/digits.yaml",
        "spec_text": "study: digits\n",
        "spec_sha256": "5" * 64,
        "catalog_digest": "c" * 64,
        "axes": AXES,
        "stages": [
            {
                "name": "model",
                "operator": "train/classifier",
                "axes": ["held_out", "method", "seed"],
                "tasks": 18,
                "cells": [],
                "outputs": {"model": {"kind": "Model", "metrics": None}},
                "inputs": [],
                "oracle": [],
            },
            {
                "name": "score",
                "operator": "evaluate/classification",
                "axes": names,
                "tasks": len(cells),
                "cells": cells,
                "outputs": {"table": table},
                "inputs": ["model"],
                "oracle": [{"protocol": ["oracle"]}],
            },
        ],
        "claims": [
            {
                "id": "alignment-helps",
                "says": "CORAL is more accurate than ERM.",
                "kind": "compare",
                "parameters": {
                    "metric": ACCURACY,
                    "axis": "method",
                    "greater": "coral",
                    "less": "erm",
                    "pair": ["held_out", "seed"],
                    "where": {"protocol": "validation"},
                },
            }
        ],
        "figures": [
            {"id": "by-angle", "mark": "line", "x": "held_out", "y": ACCURACY, "color": "method", "where": {}}
        ],
        "tables": [
            {
                "id": "main",
                "rows": ["method"],
                "columns": "held_out",
                "value": ACCURACY,
                "by": "protocol",
                "unit": "percent",
            }
        ],
    }


@pytest.fixture
def store(declared: dict[str, Any]) -> FakeStore:
    """Every cell of the study, as `value_of` says."""
    filled = FakeStore()
    levels = [AXES[name]["levels"] for name in declared["stages"][1]["axes"]]
    for task, at in zip(declared["stages"][1]["cells"], itertools.product(*levels), strict=True):
        model = task_of("model", at[0], at[1], at[3])
        filled.records[model] = {"seconds": 10.0, "environment": {"level": "bitwise", "device": "cpu"}}
        filled.records[task] = {
            "seconds": 0.5,
            "environment": {"level": "bitwise", "device": "cpu"},
            "inputs": {"model": {"task": model, "port": "model"}},
        }
        filled.tables[task, "table"] = Table.of({"accuracy": value_of(*at)})
    return filled


@pytest.fixture
def cell() -> Callable[..., str]:
    """The task of a cell of `score`."""
    return lambda *at: task_of("score", *at)


@pytest.fixture
def plan_of(tmp_path: Path) -> Callable[[dict[str, Any]], ReportPlan]:
    def read(declared: dict[str, Any]) -> ReportPlan:
        path = tmp_path / "report.json"
        path.write_text(json.dumps(declared))
        return ReportPlan.read(path)

    return read


@pytest.fixture
def results(declared: dict[str, Any], store: FakeStore, plan_of: Any, tmp_path: Path) -> Results:
    """The whole study's results."""
    return gather(plan_of(declared), store, tmp_path / "done")


@pytest.fixture
def write_done(tmp_path: Path) -> Callable[..., Path]:
    """A shard's done file; returns the folder of them."""

    def write(stage: str, failed: list[dict[str, Any]] = (), blocked: list[dict[str, Any]] = ()) -> Path:
        path = tmp_path / "done" / stage / "0000.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps({"stage": stage, "shard": "0000", "failed": list(failed), "blocked": list(blocked)})
        )
        return tmp_path / "done"

    return write
