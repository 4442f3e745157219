import io

import pyarrow as pa
import pytest
import torch
from PIL import Image

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.data.images.encode_pictures import encode_pictures
from heldout.runtime.pictures.files import image_tensor


def pictures(x, **tensors):
    rows = pa.table({"id": [f"r{n}" for n in range(len(x))], "label": [0] * len(x)})
    return Dataset(rows, {"x": x, **tensors}, ("a",))


def tiny(tmp_path, hub):
    return {"data": pictures(torch.full((2, 1, 4, 4), 0.5))}


def test_png_keeps_every_value_that_a_byte_has():
    x = (torch.arange(2 * 3 * 4 * 4) % 256 / 255).reshape(2, 3, 4, 4)
    made = encode_pictures(pictures(x, targets=torch.ones(2, 1)), format="png")
    assert set(made.tensors) == {"targets"} and made.input_shape == (3, 4, 4)
    read = [image_tensor(made.encoded["image"][row], "r", None, "rgb") for row in range(2)]
    torch.testing.assert_close(torch.stack(read), x)


def test_pictures_are_brought_to_a_size_and_written_in_colour_or_grey():
    grey = pictures(torch.tensor([[[[0.0, 1.0], [0.0, 1.0]]]]))
    for mode, channels in (("rgb", 3), ("grey", 1)):
        made = encode_pictures(grey, format="jpeg", size=8, mode=mode)
        assert made.encoded["image"].media.shape == (channels, 8, 8)
    opened = Image.open(io.BytesIO(made.encoded["image"][0]))
    assert (opened.format, opened.size, opened.mode) == ("JPEG", (8, 8), "L")
    best, worst = (len(encode_pictures(grey, size=64, quality=q).encoded["image"][0]) for q in (95, 5))
    assert best > worst


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (torch.zeros(1, 2, 4, 4), r"of 1 or 3, not \[2, 4, 4\]"),
        (torch.zeros(1, 6), r"not \[6\]"),
        (torch.full((1, 1, 2, 2), 2.0), r"values are 2 to 2, and pictures are in \[0, 1\]"),
    ],
)
def test_what_is_no_picture_is_refused(x, message):
    with pytest.raises(ValueError, match=message):
        encode_pictures(pictures(x))
