import numpy as np
import pytest

from heldout.runtime.images.shapes import COLOURS
from heldout.runtime.operators.data.images.captioned_swatches import captioned_swatches


def tiny(tmp_path, hub):
    return {"count": 6}


def test_solid_cloth_has_its_colour_everywhere_and_patterns_have_less():
    data = captioned_swatches(count=120)
    assert len(data.classes) == 3 * 6
    for x, row in zip(data.x.numpy(), data.rows.to_pylist(), strict=True):
        assert data.classes[row["label"]] == f"{row['texture']} {row['colour']}"
        light = np.array(COLOURS[row["colour"]])
        share = x.mean((1, 2)).sum() / light.sum()
        # Striped: half at 1, half at 0.25; noise is cut at 0 and 1, hence the tolerance.
        if row["texture"] == "solid":
            assert share == pytest.approx(1, abs=0.03)
        else:
            assert 0.5 < share < 0.9


def test_colours_must_differ():
    with pytest.raises(ValueError, match="each once"):
        captioned_swatches(colours=["red", "red"])
