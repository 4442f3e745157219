import numpy as np
import pytest
import torch

from heldout.runtime.images.shapes import BACKGROUND, COLOURS
from heldout.runtime.operators.data.images.captioned_shapes import captioned_shapes


def tiny(tmp_path, hub):
    return {"count": 12, "styles": ["plain", "cluttered"]}


def test_labels_say_what_the_rows_say():
    data = captioned_shapes(count=60, classes=["texture", "shape"])
    assert data.x.shape == (60, 3, 24, 24) and data.x.dtype == torch.float32
    assert len(data.classes) == 3 * 8
    for row in data.rows.to_pylist():
        assert data.classes[row["label"]] == f"{row['texture']} {row['shape']}"


def test_the_middle_of_a_solid_square_has_the_colour_that_its_row_names():
    data = captioned_shapes(count=400, shapes=["square"], jitter=0.0)
    rows = data.rows.to_pylist()
    for x, row in zip(data.x.numpy(), rows, strict=True):
        if row["texture"] == "solid":
            middle = x[:, 11:13, 11:13].mean((1, 2))  # noise of 0.04 over 4 pixels: sd 0.02
            assert np.abs(middle - np.array(COLOURS[row["colour"]])).max() < 0.11
        assert abs(x[:, 0, 0].mean() - BACKGROUND) < 0.15


def test_large_shapes_cover_more_than_small_ones():
    data = captioned_shapes(count=300, shapes=["circle"], jitter=0.0, colours=["green"])
    size, texture = data.rows["size"].to_pylist(), data.rows["texture"].to_pylist()
    ink = {
        name: np.mean(
            [x[1].mean() for x, s, t in zip(data.x, size, texture, strict=True) if (s, t) == (name, "solid")]
        )
        for name in ("small", "large")
    }
    # Circles of radius 0.9 * 0.55 and 0.9 * 0.85 half sides: their areas are as 0.55^2 to 0.85^2.
    ratio = (ink["large"] - BACKGROUND) / (ink["small"] - BACKGROUND)
    assert ratio == pytest.approx((0.85 / 0.55) ** 2, rel=0.05)


def test_styles_are_domains_that_change_the_picture_and_not_the_words():
    plain = captioned_shapes(count=40, styles=["plain"], seed=1)
    dim = captioned_shapes(count=40, styles=["dim"], seed=1)
    assert set(dim.domains) == {"dim"}
    assert plain.rows.drop_columns("domain").equals(dim.rows.drop_columns("domain"))
    assert dim.x.mean() < 0.5 * plain.x.mean()


def test_a_style_twice_is_refused():
    with pytest.raises(ValueError, match="styles must be given, each once"):
        captioned_shapes(styles=["plain", "plain"])
