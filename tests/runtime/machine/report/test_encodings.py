import numpy as np

from heldout.runtime.machine.report.encodings import PALETTE, decades, encodings, shapes_beside_colors
from heldout.runtime.machine.report.points import Points
from heldout.runtime.results.levels import Axis

METRIC = {"y": {"stage": "score", "port": "table", "metric": "accuracy"}}


def points(x, color=None):
    axes = {"x": x} | ({"color": color} if color else {})
    number = len(x.levels)
    positions = np.stack([np.arange(number)] + ([np.zeros(number, int)] if color else []), axis=-1)
    return Points(axes, positions, {"y": np.zeros(number)}, np.full(number, np.nan), 1, False)


def test_numbers_along_a_line_stand_where_they_are():
    along = encodings(points(Axis("size", (1, 10, 1000))), METRIC, "line", 620)["x"].to_dict()
    assert (along["type"], along["axis"]["values"]) == ("quantitative", [1, 10, 1000])
    assert encodings(points(Axis("size", (1, 10))), METRIC, "bar", 620)["x"].to_dict()["type"] == "ordinal"


def test_logarithmic_numbers_have_ticks_at_powers_of_ten():
    steps = Axis("step", (0, *(round(1.5**i) for i in range(2, 20))))  # up to 2217
    along = encodings(points(steps), METRIC, "line", 620, "x")["x"].to_dict()
    assert along["scale"]["type"] == "symlog"  # which has a place for 0
    assert along["axis"]["values"] == [0, 1, 10, 100, 1000]
    assert decades([-20, *range(15)]) == [-10, -1, 0, 1, 10]
    assert decades([1, 3, 9]) == [1, 3, 9]
    assert "type" not in encodings(points(steps), METRIC, "line", 620)["x"].to_dict()["scale"]


def test_levels_keep_the_order_of_the_study():
    assert encodings(points(Axis("method", ("z", "a"))), METRIC, "bar", 620)["x"].to_dict()["sort"] == [
        "z",
        "a",
    ]


def test_long_names_are_slanted():
    def angle(width):
        x = Axis("method", ("invariant", "distributionally robust"))
        return encodings(points(x), METRIC, "bar", width)["x"].to_dict()["axis"]["labelAngle"]

    assert (angle(620), angle(110)) == (0, -40)


def test_colour_and_shape_share_one_legend():
    both = points(Axis("size", (1, 2)), Axis("method", ("erm", "coral")))
    color = encodings(both, METRIC, "line", 620)["color"].to_dict()
    shape = shapes_beside_colors(both)["shape"].to_dict()
    assert color["scale"] == {"domain": ["erm", "coral"], "range": list(PALETTE[:2])}
    assert color["scale"]["domain"] == shape["scale"]["domain"]
    assert color["legend"] == shape["legend"]


def test_bars_of_two_colours_stand_side_by_side_and_lines_do_not():
    both = points(Axis("domain", ("a", "b")), Axis("method", ("erm", "coral")))
    assert "xOffset" in encodings(both, METRIC, "bar", 620)
    assert "xOffset" not in encodings(both, METRIC, "line", 620)
