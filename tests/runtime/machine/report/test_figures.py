import json

import pytest

from heldout.runtime.machine.report.figures import draw

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
        "Means of up to 3 values with their 95 % t interval."
    )
    assert not figure.oracle
    assert draw(BASE, results).oracle


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mark": "pie"}, "no mark is called 'pie' \\(there are line, point, bar, boxplot, rect\\)"),
        ({"color": "angle"}, "does not vary along 'angle'"),
        ({"y": "method"}, "it shows no metric"),
        ({"y": ACCURACY | {"metric": "f1"}}, "none of its values is there"),
    ],
)
def test_wrong_figures(results, wrong, message):
    with pytest.raises(ValueError, match=message):
        draw(BASE | wrong, results)
