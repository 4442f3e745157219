import pytest

from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.interaction import CHOSEN, INTERVAL

ACCURACY = {"stage": "score", "port": "table", "metric": "accuracy"}
BASE = {"id": "figure", "x": "held_out", "y": ACCURACY}


def layers_of(specification):
    return specification.get("spec", specification)["layer"]


@pytest.mark.parametrize("mark", ["line", "point", "bar"])
def test_one_layer_has_the_tooltip_and_the_legend_chooses(results, mark):
    live = draw(BASE | {"mark": mark, "color": "method", "column": "protocol"}, results).interactive
    told = [layer for layer in layers_of(live) if "tooltip" in layer["encoding"]]
    assert len(told) == 1
    assert [tip["title"] for tip in told[0]["encoding"]["tooltip"]] == [
        "held-out rotation",
        "method",
        "protocol",
        "Accuracy",
        "95 % interval",
    ]
    assert told[0]["params"][0]["bind"] == "legend"
    seen = [layer for layer in layers_of(live) if layer["mark"].get("opacity") != 0]
    assert all(layer["encoding"]["opacity"]["condition"]["param"] == CHOSEN for layer in seen)


def test_the_interval_of_a_tooltip_is_the_drawn_one(results):
    live = draw(
        BASE | {"mark": "line", "where": {"held_out": 0, "protocol": "validation"}}, results
    ).interactive
    (row,) = next(iter(live["datasets"].values()))
    low, high = (float(end.replace("−", "-")) for end in row[INTERVAL].split(" to "))
    assert (low, high) == pytest.approx((row["low"], row["high"]), rel=1e-3)
    assert row["low"] < row["y"] < row["high"]


def test_what_is_drawn_is_left_as_it_was(results):
    figure = draw(BASE | {"mark": "line", "color": "method"}, results)
    assert "tooltip" not in figure.vega_lite
    assert CHOSEN not in figure.svg


def test_nothing_to_choose_without_colours(results):
    live = draw(BASE | {"mark": "line"}, results).interactive
    assert not any("params" in layer for layer in layers_of(live))
    assert "opacity" not in layers_of(live)[0]["encoding"]


def test_a_box_plot_keeps_its_own_tooltip(results):
    live = draw(BASE | {"mark": "boxplot", "color": "method"}, results).interactive
    assert not any("params" in layer for layer in layers_of(live))


def test_one_axis_on_two_channels_is_said_once(results):
    live = draw(BASE | {"mark": "bar", "x": "method", "color": "method"}, results).interactive
    titles = [tip["title"] for tip in layers_of(live)[0]["encoding"]["tooltip"]]
    assert titles == ["method", "Accuracy", "95 % interval"]
