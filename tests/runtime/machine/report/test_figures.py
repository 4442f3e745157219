import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import vl_convert

from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.metrics import drawn
from heldout.runtime.results.text import one_line

ACCURACY = {"stage": "score", "port": "table", "metric": "accuracy"}
BASE = {"id": "figure", "mark": "line", "x": "held_out", "y": ACCURACY}


def test_a_figure_has_all_its_files_and_the_same_bytes_again(results, tmp_path):
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        draw(BASE | {"color": "method"}, results).write(tmp_path / folder)
    names = ["figure.pdf", "figure.png", "figure.svg", "figure.vl.json"]
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == names
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_the_data_of_the_figure_are_the_means(results):
    specification = json.loads(draw(BASE | {"where": {"protocol": "validation"}}, results).vega_lite)
    values = specification["datasets"][specification["data"]["name"]]
    assert [row["x"] for row in values] == [0, 15, 30]
    # Both methods: 0.5 + 0.05 + 0.01.
    assert [row["y"] for row in values] == pytest.approx([0.56, 0.71, 0.86])
    assert all(row["low"] < row["y"] < row["high"] for row in values)


@pytest.mark.parametrize("mark", ["line", "point", "bar", "boxplot"])
@pytest.mark.parametrize(
    "channels",
    [
        {},
        {"color": "method"},
        {"color": "method", "column": "protocol"},
        {"color": "method", "column": "protocol", "row": "seed"},
        {"row": "method", "shape": "protocol"},
        {"x": "method", "color": "method"},
    ],
)
def test_every_mark_with_every_channel(results, mark, channels):
    figure = draw(BASE | {"mark": mark} | channels, results)
    assert figure.svg.startswith("<svg")
    for title in {"held-out rotation", "method", "protocol"} & set(channels.values()):
        assert title in figure.svg


def test_lying_and_mapped(results):
    lying = draw(BASE | {"mark": "bar", "x": ACCURACY, "y": "method"}, results)
    assert json.loads(lying.vega_lite)["layer"][0]["encoding"]["x"]["type"] == "quantitative"
    mapped = draw(BASE | {"mark": "rect", "y": "method", "color": ACCURACY}, results)
    assert json.loads(mapped.vega_lite)["layer"][0]["encoding"]["color"]["type"] == "quantitative"


def test_the_caption_says_what_is_shown(results):
    figure = draw(
        BASE | {"color": "method", "caption": "Ours.", "where": {"protocol": "validation"}}, results
    )
    assert figure.caption == (
        "Ours. Accuracy by held-out rotation, one colour for each method; from 0.51 to 0.91. "
        "Means of up to 3 values with their 95 % t interval over 3 levels of seed."
    )
    assert not figure.oracle
    assert draw(BASE, results).oracle


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mark": "pie"}, "no mark is called 'pie' \\(there are line, point, bar, boxplot, rect, profile\\)"),
        ({"color": "angle"}, "does not vary along 'angle'"),
        ({"y": "method"}, "it shows no metric"),
        ({"y": ACCURACY | {"metric": "f1"}}, "none of its values is there"),
    ],
)
def test_wrong_figures(results, wrong, message):
    with pytest.raises(ValueError, match=message):
        draw(BASE | wrong, results)


AWKWARD = ['a\\" + b', "first\nsecond", "a\u2028b", "a\0b\ufffe", "\\", "`x` 'y' \"z\"", "[a].b", "\x1b[31m"]


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("mark", ["line", "boxplot"])
def test_no_title_level_or_group_stops_a_figure(results_of, metric, mark, text, tmp_path):
    found = results_of({"method": [text, "plain"], "seed": [0, 1]}, [[0.1, 0.2], [0.3, 0.4]])
    axis = replace(found.axes["method"], title=text)
    stage = replace(found.stages["score"], axes=(axis, found.axes["seed"]))
    found = replace(found, axes={**found.axes, "method": axis}, stages={"score": stage})
    declared = {"id": "f", "mark": mark, "x": "seed", "y": metric, "color": "method"}
    for channels in ({}, {"row": "method"}, {"x": "method"}):
        figure = draw(declared | channels, found)
        figure.write(tmp_path)
        json.dumps(figure.interactive)
        live = vl_convert.vegalite_to_svg(figure.interactive)
        for svg in (figure.svg, live):
            texts = "".join(ElementTree.fromstring(svg).itertext())  # well-formed, and shows the title
            assert drawn(one_line(text)) in texts
