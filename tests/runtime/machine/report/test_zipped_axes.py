"""What the means of tables and figures are over where axes go in step, or cells are left out."""

import itertools

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.machine.report.points import points_of
from heldout.runtime.machine.report.table_view import table_view
from heldout.runtime.machine.report.tables import summary_table

SCORE = {"stage": "score", "port": "table", "metric": "accuracy"}


def in_step(results_of, seeds):
    """Four tasks, each with its own `w` and `v`, over some seeds."""
    numbers = itertools.product(range(4), range(4), range(4), range(seeds))
    absent = {at for at, (task, w, v, _) in enumerate(numbers) if not task == w == v}
    levels = {"task": ["a", "b", "c", "d"], "w": [1, 2, 3, 4], "v": [5, 6, 7, 8], "seed": [*range(seeds)]}
    return results_of(levels, np.arange(64.0 * seeds), absent)


def test_what_goes_in_step_with_an_axis_that_is_shown_is_not_averaged_over(results_of):
    declared = {"id": "t", "rows": ["task"], "columns": "w", "value": SCORE}
    table = summary_table(declared, in_step(results_of, 1))
    assert table.units is None and "interval" not in table_view(table).note
    assert points_of(in_step(results_of, 1), {"y": SCORE}, {"x": "w"}, {}).units is None
    table = summary_table(declared, in_step(results_of, 3))
    points = points_of(in_step(results_of, 3), {"y": SCORE}, {"x": "w"}, {})
    words = "95 % t interval over 3 levels of seed"
    assert f"mean ± half the width of its {words};" in table_view(table).note
    assert points.over == words
    # Values of a cell are 0, 1, 2 and a constant.
    half = stats.t.ppf(0.975, 2) / np.sqrt(3)
    assert points.half == pytest.approx([half] * 4)
    assert table.blocks[0].rows[1].cells[1].half_width == pytest.approx(half)


def test_what_varies_within_one_place_alone_is_averaged_over(results_of):
    results = results_of({"task": ["a", "b"], "size": [1, 2]}, [1.0, 3.0, 5.0, 7.0], {3})
    table = summary_table({"id": "t", "rows": ["task"], "columns": None, "value": SCORE}, results)
    assert table.units is not None and table.units.axis.name == "size"
    points = points_of(results, {"y": SCORE}, {"x": "task"}, {})
    assert points.over == "95 % t interval over 2 levels of size"


def test_levels_that_a_field_makes_one_are_averaged_over_with_what_goes_in_step(results_of):
    kind = {"axis": "task", "field": "kind", "values": {"a": "x", "b": "x", "c": "y", "d": "y"}}
    points = points_of(in_step(results_of, 1), {"y": SCORE}, {"x": kind}, {}, clusters={"cluster": "w"})
    assert points.units is not None and points.units.axis.name == "w"
    assert points.num_units == 2
