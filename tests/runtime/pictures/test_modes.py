import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from heldout.runtime.pictures.files import MAX_SIDE, image_tensor

LEFT_TO_RIGHT = np.tile(np.array([[0, 255]], dtype=np.uint8), (2, 1))  # black, white; [2, 2]
ORIENTATIONS = {  # what a file holds of a picture that is to be seen upright, by TIFF 6.0's tag 274
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def written(image, form="PNG", **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def grey(content):
    return image_tensor(content, "a.png", 2, "grey")[0].tolist()


def rgb(content):
    """The colours of a picture of 2 x 2 pixels, [row][column][channel]."""
    return (image_tensor(content, "a.png", 2, "rgb").permute(1, 2, 0) * 255).round().int().tolist()


@pytest.mark.parametrize(
    "make",
    [
        lambda: written(Image.fromarray(LEFT_TO_RIGHT)),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT).convert("1")),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT).convert("P")),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT).convert("CMYK"), "TIFF"),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT).convert("RGBA")),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT).convert("LA")),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT).convert("PA"), "TIFF"),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT), "TIFF", tiffinfo={262: 0}),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT * np.uint16(257))),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT * np.uint16(257)), "TIFF"),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT * np.uint16(257)), "TIFF", compression="tiff_lzw"),
        lambda: written(Image.fromarray(LEFT_TO_RIGHT * np.uint16(257)), "PPM"),
        lambda: big_endian(LEFT_TO_RIGHT * np.uint16(257)),
        lambda: b"P2 2 2 1023 0 1023 0 1023",  # a portable grey map of 10 bits
    ],
    ids=[
        "L",
        "1",
        "P",
        "CMYK",
        "RGBA",
        "LA",
        "PA",
        "white-is-zero",
        "I;16",
        "I;16-tiff",
        "I;16-lzw",
        "I;16-ppm",
        "I;16B",
        "I-ppm",
    ],
)
def test_black_is_0_and_white_is_1_in_every_mode(make):
    assert grey(make()) == [[0, 1], [0, 1]]
    assert rgb(make()) == [[[0] * 3, [255] * 3]] * 2


def big_endian(array):
    """A TIFF in Motorola's order, which Pillow opens as I;16B."""
    image = Image.frombytes("I;16B", array.shape[::-1], array.astype(">u2").tobytes())
    content = written(image, "TIFF")
    assert Image.open(io.BytesIO(content)).mode == "I;16B"
    return content


def test_sixteen_bits_are_not_rounded_to_eight():
    array = np.full((2, 2), 300, dtype=np.uint16)
    np.testing.assert_allclose(grey(written(Image.fromarray(array))), 300 / 65535)


def test_twelve_bits_are_scaled_by_4095():
    # Rows of two pixels of 12 bits: 0x000 and 0xFFF, packed in three bytes.
    assert grey(tiff_of(b"\x00\x0f\xff" * 2, bits=12)) == [[0, 1], [0, 1]]


def test_sixteen_bits_with_white_as_zero_are_turned_round():
    pixels = np.array([65535, 0, 65535, 0], dtype="<u2").tobytes()
    assert grey(tiff_of(pixels, bits=16, photometric=0)) == [[0, 1], [0, 1]]


def tiff_of(pixels, *, bits, photometric=1, sample_format=1):
    """A TIFF of 2 x 2 grey pixels in one strip, written by hand after TIFF 6.0, section 2."""
    entries = {
        256: 2, 257: 2, 258: bits, 259: 1, 262: photometric, 273: 200,
        277: 1, 278: 2, 279: len(pixels), 339: sample_format,
    }  # fmt: skip
    lines = b"".join(
        tag.to_bytes(2, "little") + b"\3\0" + b"\1\0\0\0" + value.to_bytes(4, "little")
        for tag, value in entries.items()
    )
    head = b"II*\0\x08\0\0\0" + len(entries).to_bytes(2, "little") + lines + b"\0\0\0\0"
    return head.ljust(200, b"\0") + pixels


@pytest.mark.parametrize(
    ("make", "mode"),
    [
        (lambda: written(Image.fromarray(LEFT_TO_RIGHT.astype(np.float32) / 255), "TIFF"), "F"),
        (lambda: written(Image.fromarray(LEFT_TO_RIGHT.astype(np.int32)), "TIFF"), "I"),
        (lambda: tiff_of(bytes(8), bits=16, sample_format=2), "I"),
        (lambda: tiff_of(bytes(4), bits=8, sample_format=2), "L"),
        (lambda: written(Image.new("LAB", (2, 2)), "TIFF"), "LAB"),
        (lambda: png_with_a_transparent_grey(bits=2), "L"),
    ],
    ids=["floats", "integers", "signed-16", "signed-8", "LAB", "two-bits"],
)
def test_what_has_no_white_of_its_own_is_refused_by_name_and_mode(make, mode):
    with pytest.raises(ValueError, match=rf"^a\.png cannot be scaled: mode {mode} .*; write it as PNG"):
        image_tensor(make(), "a.png", 2, "grey")


def png_with_a_transparent_grey(*, bits):
    """A PNG of 2 x 2 pixels after its specification: black, and 1 of 2^bits - 1, which is transparent."""
    row = b"\0" + (1 << (8 - 2 * bits)).to_bytes(1, "big")
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 2, 2, bits, 0, 0, 0, 0)),
        (b"tRNS", b"\0\1"),
        (b"IDAT", zlib.compress(row * 2)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 100}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
    ],
)
@pytest.mark.parametrize("depth", [8, 16])
def test_pictures_are_turned_upright(orientation, form, options, depth):
    if depth == 16 and form not in ("PNG", "TIFF"):
        pytest.skip(f"{form} has 8 bits")
    corner = np.zeros((24, 40), dtype=np.uint8)
    corner[:12, :20] = 255  # white above at the left
    picture = Image.fromarray(corner if depth == 8 else corner * np.uint16(257))
    stored = picture if ORIENTATIONS[orientation] is None else picture.transpose(ORIENTATIONS[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.round(grey(written(stored, form, exif=exif, **options))).tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize(
    "make",
    [
        lambda rgba: written(rgba),
        lambda rgba: written(rgba, "WEBP", lossless=True, exact=True),
        lambda rgba: written(rgba, "TIFF", tiffinfo={338: 1}),
        lambda rgba: written(rgba.convert("LA"), "TIFF", tiffinfo={338: 1}),
        lambda rgba: written(rgba, "TIFF"),
        lambda rgba: written(indexed(), transparency=bytes([255, 0])),
        lambda rgba: written(indexed(), transparency=1),
        lambda rgba: written(indexed(), "GIF", transparency=1),
        lambda rgba: written(indexed().convert("RGB"), transparency=(255, 0, 0)),
    ],
    ids=["RGBA", "RGBA-webp", "RGBa", "La", "RGBA-tiff", "P-bytes", "P-index", "P-gif", "RGB-colour"],
)
def test_transparent_pixels_are_white_whatever_hides_in_them(make):
    # A black pixel at the left, a red one that is wholly transparent at the right.
    array = np.zeros((2, 2, 4), dtype=np.uint8)
    array[:, 0] = (0, 0, 0, 255)
    array[:, 1] = (255, 0, 0, 0)
    assert rgb(make(Image.fromarray(array))) == [[[0, 0, 0], [255, 255, 255]]] * 2


def indexed():
    image = Image.new("P", (2, 2))
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putdata([0, 1, 0, 1])
    return image


def test_half_a_black_is_half_grey():
    array = np.zeros((2, 2, 2), dtype=np.uint8)
    array[..., 1] = 51  # alpha 0.2: 0.2 * 0 + 0.8 * 1
    np.testing.assert_allclose(grey(written(Image.fromarray(array, "LA"))), 0.8, atol=1 / 255)


def test_a_transparent_grey_of_16_bits_is_white():
    array = np.array([[0, 700], [0, 700]], dtype=np.uint16)
    content = written(Image.fromarray(array), transparency=700)
    assert Image.open(io.BytesIO(content)).mode == "I;16"
    assert grey(content) == [[0, 1], [0, 1]]


def test_of_an_animation_the_first_frame():
    frames = [Image.new("L", (2, 2), level) for level in (255, 0)]
    for form in ("GIF", "PNG", "WEBP", "TIFF"):
        content = written(frames[0], form, save_all=True, append_images=frames[1:])
        assert grey(content) == [[1, 1], [1, 1]], form


def test_a_colour_profile_is_not_applied():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    assert rgb(written(Image.new("RGB", (2, 2), (10, 20, 30)), icc_profile=profile))[0][0] == [10, 20, 30]


def test_a_line_of_millions_of_pixels_is_refused():
    content = written(Image.new("1", (1, MAX_SIDE + 1)))
    with pytest.raises(ValueError, match=r"line\.png has .* a side longer than 65535"):
        image_tensor(content, "line.png", 8, "grey")


@pytest.mark.parametrize("form", ["BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP"])
def test_a_file_cut_short_is_refused(form):
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    content = written(Image.fromarray(noise), form)
    for share in (0.2, 0.5, 0.9):
        with pytest.raises(ValueError, match=r"^a\.png is not a whole image"):
            image_tensor(content[: int(len(content) * share)], "a.png", 8, "rgb")
