import numpy as np
import pytest
from scipy import stats

from heldout.runtime.artifacts import Table
from heldout.runtime.machine.report.points import points_of
from heldout.runtime.results.gather import gather

ACCURACY = {"stage": "score", "port": "table", "metric": "accuracy"}


def test_means_and_intervals_over_what_is_not_shown(results):
    points = points_of(results, {"y": ACCURACY}, {"x": "held_out", "color": "method"}, {"protocol": "oracle"})
    assert points.positions.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1]]
    assert points.values["y"] == pytest.approx([0.56, 0.66, 0.71, 0.81, 0.86, 0.96])
    assert points.half == pytest.approx([stats.t.ppf(0.975, 2) * 0.01 / np.sqrt(3)] * 6)
    assert (points.num_values, points.oracle) == (3, True)


def test_every_value_for_boxes(results):
    points = points_of(results, {"y": ACCURACY}, {"x": "method"}, {}, every_value=True)
    assert len(points) == 36
    assert np.isnan(points.half).all()


def test_curves_by_step(declared, store, plan_of, tmp_path, cell):
    for seed in range(3):
        store.tables[cell(0, "erm", "validation", seed), "table"] = Table.columns(
            metric=["accuracy"] * 2, value=[0.1 * seed, 0.3 + 0.1 * seed], step=[10, 20]
        )
    found = gather(plan_of(declared), store, tmp_path)
    points = points_of(found, {"y": ACCURACY}, {"x": "step", "color": "method"}, {"held_out": 0})
    assert points.axes["x"].levels == (10, 20)
    assert points.values["y"] == pytest.approx([0.1, 0.4])  # the mean of three seeds
    assert points.shown("color") == ["erm"]
    with pytest.raises(ValueError, match="does not vary along 'angle'"):
        points_of(found, {"y": ACCURACY}, {"x": "step", "color": "angle"}, {})


def test_parts_of_the_data(declared, store, plan_of, tmp_path, cell):
    store.tables[cell(0, "erm", "validation", 0), "table"] = Table.columns(
        metric=["accuracy"] * 3, value=[0.5, 0.4, 0.6], group=[None, "a", "b"]
    )
    found = gather(plan_of(declared), store, tmp_path)
    points = points_of(found, {"y": ACCURACY}, {"x": "group"}, {})
    assert points.axes["x"].levels == ("a", "b")
    assert points.values["y"].tolist() == [0.4, 0.6]


def test_two_metrics_meet_cell_by_cell(declared, store, plan_of, tmp_path, cell):
    # A second stage without protocols: accuracy is averaged over them first.
    cells = [f"{h}{m}{s}" for h in (0, 15, 30) for m in ("erm", "coral") for s in range(3)]
    table = {"kind": "Table", "holds_metrics": True, "metrics": ["gap"]}
    declared["stages"].append(
        declared["stages"][0] | {"name": "shift", "cells": cells, "outputs": {"table": table}}
    )
    for number, task in enumerate(cells):
        store.records[task] = {}
        store.tables[task, "table"] = Table.of({"gap": float(number)})
    found = gather(plan_of(declared), store, tmp_path)
    gap = {"stage": "shift", "port": "table", "metric": "gap"}
    points = points_of(found, {"x": gap, "y": ACCURACY}, {"color": "method"}, {"held_out": 15})
    assert points.values["x"].tolist() == [6, 7, 8, 9, 10, 11]
    assert points.values["y"] == pytest.approx([0.675, 0.685, 0.695, 0.775, 0.785, 0.795])
    assert points.positions.ravel().tolist() == [0, 0, 0, 1, 1, 1]
