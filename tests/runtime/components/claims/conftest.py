"""Results made from an array, without a store."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.gather import COLUMNS
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.plan import Stage
from heldout.runtime.results.results import Results

METRIC = {"stage": "score", "port": "table", "metric": "accuracy"}


@pytest.fixture
def metric() -> dict[str, str]:
    return METRIC


@pytest.fixture
def results_of() -> Callable[..., Results]:
    """Results of one metric over axes; a NaN is a missing cell, a cell in `absent` is not in the study."""

    def make(
        levels: Mapping[str, list[Any]],
        values: Any,
        absent: set[int] = frozenset(),
        oracle: tuple[dict[str, list[Any]], ...] = (),
    ) -> Results:
        axes = {name: Axis(name, tuple(known)) for name, known in levels.items()}
        flat = np.asarray(values, dtype=np.float64).reshape(-1)
        cells = tuple(None if i in absent else f"task{i}" for i in range(len(flat)))
        there = [i for i in range(len(flat)) if i not in absent and np.isfinite(flat[i])]
        stage = Stage(
            "score",
            "evaluate/classification",
            tuple(axes.values()),
            cells,
            len(there),
            {"table": ("accuracy",)},
            (),
            oracle,
        )
        table = pa.table(
            {
                "cell": there,
                "metric": ["accuracy"] * len(there),
                "value": flat[there],
                "step": pa.nulls(len(there), pa.int64()),
                "group": pa.nulls(len(there), pa.string()),
            },
            schema=COLUMNS,
        )
        return Results(axes, {"score": stage}, {("score", "table"): table}, ())

    return make


@pytest.fixture
def rehearsal() -> Callable[..., Results]:
    """Results of several stages, each with one metric of its own name; curves have a dimension more."""

    def make(**stages: tuple[Mapping[str, list[Any]], Any]) -> Results:
        whole, values = {}, {}
        for name, (levels, given) in stages.items():
            axes = tuple(Axis(axis, tuple(known)) for axis, known in levels.items())
            whole[name] = whole_stage(name, axes)
            array = np.asarray(given, dtype=np.float64)
            steps = array.shape[len(axes) :]
            values[name, "table", name] = array.reshape(-1, *steps)
        return rehearsed(whole, values)

    return make


@pytest.fixture
def named() -> Callable[[str], dict[str, str]]:
    """The metric of a rehearsed stage."""
    return lambda name: {"stage": name, "port": "table", "metric": name}
