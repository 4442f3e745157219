"""Performance profiles as figures: shares by hand, over what bands are, and what is said."""

import json

import numpy as np
import pytest
import vl_convert

from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.profiles import SCORES, points_of_profile
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis
from heldout.runtime.statistics.profile import profile_bands

METHOD, SEED = Axis("method", ("erm", "coral"), "named"), Axis("seed", (0, 1, 2, 3), "count")
TASK = Axis("task", ("a", "b"), "named")
ACCURACY = {"stage": "score", "port": "table", "metric": "accuracy"}
# Two methods on two tasks, four seeds each: from 0 to 10.
VALUES = np.array([[[0, 1, 2, 3], [4, 5, 6, 7]], [[2, 4, 6, 8], [4, 6, 8, 10]]], dtype=float)
BASE = {"id": "f", "mark": "profile", "x": ACCURACY, "color": "method"}


@pytest.fixture
def results():
    values = VALUES.copy()
    values[0, 1, 3] = np.nan
    stages = {
        "score": whole_stage("score", (METHOD, TASK, SEED)),
        "whole": whole_stage("whole", (METHOD, TASK, SEED)),
    }
    return rehearsed(
        stages,
        {("score", "table", "accuracy"): values.ravel(), ("whole", "table", "accuracy"): VALUES.ravel()},
    )


def rows_of(figure):
    specification = json.loads(figure.vega_lite)
    (rows,) = specification["datasets"].values()
    return rows


def test_shares_by_hand(results):
    rows = {(row["color"], row["x"]): row["y"] for row in rows_of(draw(BASE, results))}
    assert len(rows) == 2 * SCORES  # from 0 to 10 by tenths
    # ERM's seven values are 0 to 6: all but 0 are above 0, three above 3, none above 6.
    assert [rows["erm", score] for score in (0.0, 3.0, 6.0)] == pytest.approx([6 / 7, 3 / 7, 0])
    # CORAL's are 2 4 6 8 and 4 6 8 10.
    assert [rows["coral", score] for score in (0.0, 4.0, 5.9, 10.0)] == pytest.approx([1, 5 / 8, 5 / 8, 0])


@pytest.mark.parametrize(
    ("cluster", "unit", "stratum", "words"),
    [
        (
            None,
            np.tile(np.arange(4), 2),
            np.repeat([0, 1], 4),
            "over 4 levels of seed, drawn again within each task",
        ),
        (
            "task",
            np.repeat([0, 1], 4),
            np.zeros(8, dtype=int),
            "over 2 levels of task, each with all of its seed",
        ),
    ],
)
def test_bands_are_over_runs_within_tasks_or_over_whole_clusters(results, cluster, unit, stratum, words):
    metric = ACCURACY | {"stage": "whole"}
    points = points_of_profile(results, metric, {"color": "method"}, {}, {"cluster": cluster})
    of_coral = points.positions[:, 1] == 1
    scores = np.array(points.axes["x"].levels)
    low, high = profile_bands(VALUES[1].ravel(), scores, unit, stratum)
    assert points.ends[of_coral].tolist() == np.stack([low, high], axis=-1).tolist()
    figure = draw(BASE | {"x": metric, "cluster": cluster}, results)
    assert f"Of up to 8 runs each, with pointwise 95 % bootstrap bands {words}." in figure.caption
    for row, (lower, upper) in zip(rows_of(figure), points.ends, strict=True):
        assert (row["low"], row["high"]) == (lower, upper)


def test_without_repeated_runs_there_are_no_bands(results):
    axes = (METHOD, TASK, Axis("split", (0, 1, 2, 3)))
    found = rehearsed({"score": whole_stage("score", axes)}, {("score", "table", "accuracy"): VALUES.ravel()})
    figure = draw(BASE, found)
    assert not any("low" in row for row in rows_of(figure))
    assert (
        "without bands, since no `cluster` says which levels of task and split are independent"
        in figure.caption
    )
    one = draw(BASE | {"where": {"task": "a", "seed": 0}}, results)
    assert one.caption.endswith("Of up to 1 runs each, without bands.")


def test_panels_percent_and_lines(results):
    laid = [{"kind": "y", "of": 0.5, "label": "median"}, {"kind": "x", "of": 5}]
    share = ACCURACY | {"unit": "percent"}
    figure = draw(BASE | {"x": share, "column": "task", "lines": laid}, results)
    assert "one line for each method, one panel for each task" in figure.caption
    assert "Lines: median at 0.5; 500 % on the horizontal axis." in figure.caption
    for svg in (figure.svg, vl_convert.vegalite_to_svg(figure.interactive)):
        assert svg.count(">median<") == 2
        assert "1,000%" in svg or "1000%" in svg
        assert ">share of runs above<" in svg


@pytest.mark.parametrize(
    "changes", [{"x": "method", "y": ACCURACY}, {"y": ACCURACY}, {"x": [ACCURACY, ACCURACY]}]
)
def test_a_profile_is_of_one_metric(results, changes):
    with pytest.raises(ValueError, match="a profile is of one metric, in `x`"):
        draw(BASE | changes, results)


def test_a_profile_of_nothing_is_refused(results):
    with pytest.raises(ValueError, match="none of its values is there"):
        draw(BASE | {"x": ACCURACY | {"metric": "f1"}}, results)
