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


def test_groups_that_are_numbers_stand_in_their_order_and_are_kept_to_some(
    declared, store, plan_of, tmp_path, cell
):
    store.tables[cell(0, "erm", "validation", 0), "table"] = Table.columns(
        metric=["accuracy"] * 4, value=[0.5, 0.4, 0.6, 0.7], group=["10", "9", "10", None], step=[1, 1, 2, 2]
    )
    found = gather(plan_of(declared), store, tmp_path)
    points = points_of(found, {"y": ACCURACY}, {"x": "group"}, {})
    assert points.axes["x"].levels == (9, 10)
    assert points.values["y"].tolist() == [0.4, 0.6]  # the last step of each
    kept = points_of(found, {"y": ACCURACY}, {"x": "step", "color": "group"}, {"group": [10]})
    assert (kept.axes["x"].levels, kept.values["y"].tolist()) == ((1, 2), [0.5, 0.6])


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


STRENGTH = {"axis": "method", "field": "strength", "values": {"erm": 2, "coral": 0.5}}
FAR = {"axis": "held_out", "field": "far", "values": {"0": False, "15": False, "30": True}}


def test_fields_of_levels_in_the_place_of_axes(results):
    points = points_of(
        results, {"y": ACCURACY}, {"x": STRENGTH, "color": FAR, "row": "method"}, {"protocol": "oracle"}
    )
    assert points.axes["x"].levels == (0.5, 2)
    assert (points.axes["x"].name, points.axes["x"].label) == ("method.strength", "strength of method")
    assert points.axes["color"].levels == (False, True)
    # coral stands at 0.5; 0 and 15 are one level now, of which each has three seeds.
    assert points.positions.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 0], [1, 1, 0]]
    assert points.values["y"] == pytest.approx([(0.66 + 0.81) / 2, 0.96, (0.56 + 0.71) / 2, 0.86])
    assert points.num_values == 6
    # Three seeds are the units, each averaged over the rotations that are one level now.
    assert points.units is not None and points.units.axis is not None
    assert (points.units.axis.name, [axis.name for axis in points.units.others]) == ("seed", ["held_out"])
    assert points.num_units == 3
    # Rotations that another channel tells apart are not averaged over.
    apart = points_of(results, {"y": ACCURACY}, {"x": "held_out", "color": FAR}, {"protocol": "oracle"})
    assert [axis.name for axis in apart.units.others] == ["method"]


def test_fields_where_two_metrics_are_held_against_each_other(results):
    points = points_of(results, {"x": ACCURACY, "y": ACCURACY}, {"color": FAR}, {"protocol": "oracle"})
    assert points.axes["color"].levels == (False, True)
    assert points.positions.ravel().tolist() == [0] * 12 + [1] * 6
