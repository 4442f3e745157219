"""Lines laid over a figure: their numbers by hand, where they are drawn, and what is said of them."""

import json
import math
from typing import get_args

import numpy as np
import pytest
import vl_convert

from heldout.compiler.analysis.figure_lines import FITS
from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.lines import MOST_SAID, SAMPLES, samples
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis
from heldout.runtime.statistics.fitted_curves import FittedCurve

WIDTH, TASK = Axis("width", (1, 2, 4, 8)), Axis("task", ("easy", "hard"), "named")
METHOD, SEED = Axis("method", ("erm", "coral"), "named"), Axis("seed", (0, 1), "count")
FLOOR = {"axis": "task", "field": "floor", "values": {"easy": 0.2, "hard": 0.3}}


def metric(stage, name="value"):
    return {"stage": stage, "port": "table", "metric": name}


ERROR = metric("score", "error")


@pytest.fixture
def results():
    """Two methods on two tasks: errors of 2 and 4 w^-0.5, doubled on the hard one."""
    widths = np.array(WIDTH.levels, dtype=float)
    of_method = np.array([2.0, 4.0])[:, None] * widths**-0.5
    error = of_method[:, None, :, None] * np.array([1.0, 2.0])[:, None, None] * np.ones(2)
    stages = {
        "score": whole_stage("score", (METHOD, TASK, WIDTH, SEED)),
        "theory": whole_stage("theory", (WIDTH,)),
        "own": whole_stage("own", (METHOD, WIDTH)),
        "chance": whole_stage("chance", (TASK,)),
        "lost": whole_stage("lost", (TASK,)),
    }
    values = {
        ("score", "table", "error"): error.ravel(),
        ("score", "table", "double"): 2 * error.ravel(),
        ("theory", "table", "value"): 1 / widths,
        ("own", "table", "value"): of_method.ravel(),
        ("chance", "table", "value"): np.array([0.5, 0.25]),
        ("lost", "table", "value"): np.array([np.nan, np.nan]),
    }
    return rehearsed(stages, values)


BASE = {"id": "f", "mark": "line", "x": "width", "y": ERROR, "where": {"task": "easy"}}


def line(kind, of, **more):
    return {"kind": kind, "of": of, **more}


def drawn(results, *lines, **changes):
    return draw(BASE | changes | {"lines": list(lines)}, results)


def rows_of(figure, number=0):
    specification = json.loads(figure.vega_lite)
    (rows,) = specification["datasets"].values()
    return [row for row in rows if row.get("line") == number]


def test_a_constant_is_one_number_in_every_panel(results):
    figure = drawn(results, line("y", 0.1, label="chance"), row="task", where={})
    assert [(row["y"], row["row"], row["label"]) for row in rows_of(figure)] == [
        (0.1, "easy", "chance"),
        (0.1, "hard", "chance"),
    ]
    assert figure.caption.endswith(" Lines: chance at 0.1.")
    assert figure.svg.count(">chance<") == 2


@pytest.mark.parametrize(
    ("of", "places", "said"),
    [
        (metric("chance"), [0.5, 0.25], "chance at 0.25 to 0.5"),
        (FLOOR, [0.2, 0.3], "task.floor at 0.2 to 0.3"),
        # 2 w^-0.5 and 4 w^-0.5 on average 3 w^-0.5, twice that on the hard task; w^-0.5 is 1 at width 1.
        (ERROR, [3.0, 6.0], "error at 3 to 6"),
    ],
)
def test_a_number_that_a_metric_or_a_field_gives_is_one_a_panel(results, of, places, said):
    where = {"where": {"width": 1}} if of is ERROR else {}
    figure = drawn(results, line("y", of, **where), column="task", where={})
    assert [row["y"] for row in rows_of(figure)] == pytest.approx(places)
    assert figure.caption.endswith(f" Lines: {said}.")


def test_a_field_of_the_level_that_is_kept(results):
    assert [row["y"] for row in rows_of(drawn(results, line("y", FLOOR)))] == [FLOOR["values"]["easy"]]
    # Without panels the metric is read where the figure is: on the easy task alone.
    assert [row["y"] for row in rows_of(drawn(results, line("y", metric("chance"))))] == [0.5]


def test_percent_are_said_as_percent_and_drawn_as_shares(results):
    figure = drawn(results, line("y", 0.1, label="chance"), y=ERROR | {"unit": "percent"})
    assert figure.caption.endswith("Lines: chance at 10 %.")
    assert [row["y"] for row in rows_of(figure)] == [0.1]


def test_upright_lines(results):
    figure = drawn(results, line("x", 3))
    assert [row["x"] for row in rows_of(figure)] == [3.0]
    assert figure.caption.endswith("Lines: 3 on the horizontal axis.")


def test_y_is_x_over_all_that_is_shown(results):
    double = metric("score", "double")
    figure = drawn(results, line("diagonal", True), mark="point", x=ERROR, y=double)
    rows = rows_of(figure)
    assert all(row["x"] == row["y"] for row in rows)
    # The least error is 2 / sqrt 8, the greatest double twice 4.
    assert (rows[0]["x"], rows[-1]["x"]) == (pytest.approx(2 / math.sqrt(8)), pytest.approx(8.0))


def test_a_power_law_is_found_by_each_series(results):
    figure = drawn(results, line("fit", "power-law"), color="method", log="x")
    rows = rows_of(figure)
    assert {row["color"] for row in rows} == {"erm", "coral"}
    for row in rows:
        assert row["y"] == pytest.approx({"erm": 2.0, "coral": 4.0}[row["color"]] * row["x"] ** -0.5)
    assert figure.caption.endswith(
        "Lines: power law fitted to what is shown (erm: exponent −0.5, R² 1; coral: exponent −0.5, R² 1)."
    )
    assert figure.svg.count(">power law<") == 1  # once a panel


def test_other_curves_are_numpys(results):
    widths, errors = np.array(WIDTH.levels, dtype=float), 3 * np.array(WIDTH.levels) ** -0.5
    parabola, logarithm = np.polyfit(widths, errors, 2), np.polyfit(np.log(widths), errors, 1)
    bent, straight = (rows_of(drawn(results, line("fit", curve))) for curve in ("quadratic", "log-linear"))
    for row in bent:
        assert row["y"] == pytest.approx(np.polyval(parabola, row["x"]))
    for row in straight:
        assert row["y"] == pytest.approx(np.polyval(logarithm, math.log(row["x"])))
    turn = -parabola[1] / (2 * parabola[0])
    assert f"turning at {turn:.3g}, R²" in drawn(results, line("fit", "u")).caption


def test_a_caption_lists_a_few_of_many_curves(results):
    figure = drawn(results, line("fit", "power-law"), color="method", shape="task", row="seed", where={})
    assert figure.caption.count("exponent") == MOST_SAID
    assert "; 4 more)" in figure.caption  # 2 methods, 2 tasks and 2 seeds are 8
    assert len({row["series"] for row in rows_of(figure)}) == 8


def test_a_curve_of_another_metric(results):
    figure = drawn(results, line("metric", metric("theory"), label="theory"), color="method", column="seed")
    rows = rows_of(figure)
    assert [(row["x"], row["y"]) for row in rows] == [(w, pytest.approx(1 / w)) for w in WIDTH.levels] * 2
    assert not any("color" in row for row in rows)
    own = drawn(results, line("metric", metric("own")), color="method")
    assert [row["y"] for row in rows_of(own) if row["color"] == "erm"] == pytest.approx(
        [2 * w**-0.5 for w in WIDTH.levels]
    )
    one = drawn(results, line("metric", metric("own"), where={"method": "erm"}), color="method")
    assert not any("color" in row for row in rows_of(one))  # a baseline, and no series of the figure


@pytest.mark.parametrize(
    ("laid", "said"),
    [
        (line("metric", metric("chance")), "a line is not drawn: chance does not vary along what `x` shows"),
        (line("y", metric("lost"), label="ours"), "ours is not drawn: it has no value"),
        (line("fit", "power-law"), "a power law needs values above zero, the smallest is "),
    ],
)
def test_a_line_that_cannot_be_drawn_leaves_the_figure(results, laid, said):
    values = dict(results.tables)
    if laid["kind"] == "fit":
        values["score", "table"] = values["score", "table"].set_column(
            2, "value", [np.linspace(-1, 1, len(values["score", "table"]))]
        )
    found = type(results)(results.axes, results.stages, values, ())
    figure = drawn(found, laid)
    assert said in figure.caption
    assert not rows_of(figure)


@pytest.mark.parametrize("mark", ["line", "point", "bar", "boxplot"])
@pytest.mark.parametrize(
    "channels", [{}, {"color": "method"}, {"color": "method", "row": "task", "where": {}}]
)
def test_every_mark_has_lines_and_answers(results, mark, channels):
    laid = [line("y", 0.5, label="chance"), line("metric", metric("theory"), label="theory")]
    figure = drawn(results, *laid, mark=mark, **channels)
    bare = draw(BASE | {"mark": mark} | channels, results)
    for svg in (figure.svg, vl_convert.vegalite_to_svg(figure.interactive)):
        assert ">chance<" in svg
        assert ">theory<" in svg
    assert rows_of(figure, None) == rows_of(bare, None)  # the figure's own data stay what they are


def test_a_label_is_no_expression(results):
    figure = drawn(results, line("y", 0.5, label="<b>\\\"' + 1\nnext"))
    assert "&lt;b&gt;\\" in figure.svg


def test_samples_stand_at_equal_distances_on_the_scale():
    assert np.diff(samples(0.0, 63.0, False)) == pytest.approx(np.full(SAMPLES - 1, 63.0 / (SAMPLES - 1)))
    ratios = np.divide(*np.array([samples(1.0, 8.0, True)[1:], samples(1.0, 8.0, True)[:-1]]))
    assert ratios == pytest.approx(np.full(SAMPLES - 1, 8 ** (1 / (SAMPLES - 1))))


def test_the_compiler_knows_the_curves_of_the_claim():
    assert get_args(FittedCurve) == FITS
