import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from heldout.runtime.pictures.files import image_tensor


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of_size(width, height):
    """A file of a hundred bytes whose header promises width x height pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_channels_first_and_scaled():
    array = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    x = image_tensor(png(array), "a.png", 4, "rgb")
    np.testing.assert_allclose(x.numpy(), array.transpose(2, 0, 1) / np.float32(255))


def test_grey_is_the_luma():
    red = np.zeros((2, 2, 3), dtype=np.uint8)
    red[..., 0] = 200
    # ITU-R 601: 0.299 * 200 = 59.8, rounded.
    assert image_tensor(png(red), "a.png", 2, "grey").flatten().tolist() == pytest.approx([60 / 255] * 4)


def test_halving_averages():
    array = np.tile(np.array([[0, 200], [0, 200]], dtype=np.uint8), (4, 4))
    x = image_tensor(png(array), "a.png", 2, "grey")
    assert x.shape == (1, 2, 2)
    np.testing.assert_allclose(x.numpy(), 100 / 255, atol=0.06)


@pytest.mark.parametrize("size", [(20_000, 20_000), (8_000, 8_000), (12_000, 12_000)])
def test_a_small_file_of_a_huge_image_is_refused_unread(size):
    content = png_of_size(*size)
    assert len(content) < 200
    with pytest.raises(ValueError, match=r"bomb\.png has more than 50000000 pixels"):
        image_tensor(content, "bomb.png", 8, "grey")


@pytest.mark.parametrize("content", [b"", b"not an image", png(np.eye(32, dtype=np.uint8) * 200)[:-40]])
def test_what_is_no_whole_image_is_refused(content):
    with pytest.raises(ValueError, match=r"a\.png is not a whole image in one of BMP, "):
        image_tensor(content, "a.png", 8, "grey")
