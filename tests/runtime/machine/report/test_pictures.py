"""Images of data as PNGs: what a pixel becomes, and how large a gallery may be."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from heldout.runtime.machine.report import pictures as module
from heldout.runtime.machine.report.pictures import MOST_BYTES, SIDES, pictures


def decoded(picture):
    head, _, data = picture.data.partition(",")
    assert head == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.size == (picture.width, picture.height)
    return np.asarray(image)


def test_a_grey_image_by_hand():
    (((picture,),), spread) = pictures([np.array([[[0.0, 0.5, 1.0], [0.2, np.nan, 0.0]]])])
    # Of 255: 0.5 is 127.5, which rounds to the even 128; 0.2 is 51; what is no number is black.
    assert decoded(picture).tolist() == [[0, 128, 255], [51, 0, 0]]
    assert not spread


def test_colours_and_bytes_stay_what_they_are():
    image = np.arange(2 * 3 * 4 * 5, dtype=np.uint8).reshape(2, 3, 4, 5)
    ((first, second),), spread = pictures([image])
    assert decoded(first).tolist() == image[0].transpose(1, 2, 0).tolist()
    assert decoded(second).tolist() == image[1].transpose(1, 2, 0).tolist()
    assert not spread


def test_numbers_outside_are_spread_alike_in_all_cells():
    ((one,), (other,)), spread = pictures([np.full((1, 1, 1, 2), -1.0), np.array([[[[0.0, 3.0]]]])])
    # From -1 to 3: 0 is a quarter of the way, 63.75.
    assert decoded(one).tolist() == [[0, 0]]
    assert decoded(other).tolist() == [[64, 255]]
    assert spread


@pytest.mark.parametrize("shape", [(2, 5), (2, 4, 3, 3), (2, 1, 2, 3, 4), (2, 1, 0, 4), (2,)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(ValueError, match="an image has a height and a width"):
        pictures([np.zeros(shape)])


def test_large_images_are_drawn_small_and_nothing_is_drawn_larger():
    ((large,), (wide,), (small,)), _ = pictures(
        [np.zeros((1, 400, 300)), np.zeros((1, 1, 900)), np.zeros((1, 8, 8))]
    )
    assert (large.height, large.width) == (SIDES[0], SIDES[0] * 300 // 400)
    assert (wide.height, wide.width) == (1, SIDES[0])
    assert (small.height, small.width) == (8, 8)


def test_a_page_holds_no_more_than_it_should(monkeypatch):
    noise = np.random.default_rng(0).integers(0, 256, (2, 3, 128, 128), dtype=np.uint8)
    monkeypatch.setattr(module, "MOST_BYTES", 2 * 3 * 70 * 70 * 4 // 3)  # base64 of noise of 70 pixels a side
    ((first, _),), _ = pictures([noise])
    assert first.width == max(side for side in SIDES if side <= 70)
    assert 240 * 4 / 3 * 3 * SIDES[-1] ** 2 <= MOST_BYTES  # as many colour images as a page has, all noise


def test_no_image_at_all():
    assert pictures([]) == ([], False)
    assert pictures([np.zeros((0, 1, 4, 4))]) == ([[]], False)
