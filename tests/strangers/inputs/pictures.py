# ruff: noqa: E501 — an input a line
"""Pictures: every mode and depth, and files that only look like one. Colours are worked out by hand."""

import functools
import hashlib
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, TiffImagePlugin

from tests.strangers.judging import Arguments, Case, Right, refused

SIDE = 4
GREY, RED = 51, (255, 0, 0)  # 51 is a fifth of 255


def flat(red: float, green: float, blue: float, tolerance: float = 1e-5) -> Right:
    """A picture of one colour, after resizing to 2 x 2."""
    return Right(x=[[[value] * 4] for value in (red, green, blue)], tolerance=tolerance)


def folder_of(name: str, made: bytes | Callable[[], bytes], **changed: Any) -> Callable[[Path], Arguments]:
    """`photo/cat/NAME` with the bytes, or with what makes them."""

    def write(folder: Path) -> Arguments:
        data = made if isinstance(made, bytes) else made()
        place = folder / "pictures/photo/cat"
        place.mkdir(parents=True)
        (place / name).write_bytes(data)
        line = f"{hashlib.sha256(data).hexdigest()}  photo/cat/{name}\n"
        sha256 = hashlib.sha256(line.encode()).hexdigest()
        return {"path": str(folder / "pictures"), "sha256": sha256, "resize": 2} | changed

    return write


def saved(picture: Image.Image, kind: str, **how: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def plain(mode: str, colour: Any) -> Image.Image:
    return Image.new(mode, (SIDE, SIDE), colour)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    width: int, height: int, depth: int, colour: int, rows: bytes, *more: bytes, interlaced: int = 0
) -> bytes:
    """A PNG by hand: colour 0 is grey, 2 RGB, 3 a palette, 4 grey and alpha, 6 RGBA."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
    end = chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + end


def rows(*pixels: int, width: int = SIDE) -> bytes:
    """Unfiltered lines of the same pixel, given as its bytes."""
    return (b"\0" + bytes(pixels) * width) * SIDE


def tiff(pixels: np.ndarray, **tags: int) -> bytes:
    """A grey TIFF by hand, in one strip; tags replace the usual ones."""
    data = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    height, width = pixels.shape
    usual = {"width": width, "height": height, "bits": 8 * pixels.itemsize, "packed": 1, "photometric": 1}
    usual |= {"offset": 8, "samples": 1, "rows": height, "bytes": len(data), "format": 1} | tags
    codes = {"width": 256, "height": 257, "bits": 258, "packed": 259, "photometric": 262, "offset": 273}
    codes |= {"samples": 277, "rows": 278, "bytes": 279, "format": 339}
    entries = b"".join(struct.pack("<HHII", codes[name], 4, 1, value) for name, value in usual.items())
    return (
        b"II*\0"
        + struct.pack("<I", 8 + len(data))
        + data
        + struct.pack("<H", len(usual))
        + entries
        + bytes(4)
    )


@functools.cache
def bomb() -> bytes:
    """200 MB of zeros, deflated."""
    return zlib.compress(bytes(200_000_000))


def cases() -> Iterator[Case]:
    for name, file, data, wanted, *also in [*_modes(), *_meant(), *_hostile()]:
        yield Case(f"picture: {name}", "data/import-folder", folder_of(file, data), wanted, *also)
    quarters = saved(Image.fromarray(np.array([[0, 255], [51, 102]], np.uint8)), "PNG")
    wanted = Right(
        x=[[[0, 1], [0.2, 0.4]]],
        shape=[1, 1, 2, 2],
        ids=["photo/cat/a.png"],
        classes=["cat"],
        domains=["photo"],
    )
    yield Case("picture: as grey", "data/import-folder", folder_of("a.png", quarters, mode="grey"), wanted)


def _modes() -> Iterator[tuple]:
    white, black, fifth, red = flat(1, 1, 1), flat(0, 0, 0), flat(0.2, 0.2, 0.2), flat(1, 0, 0)
    yield "1 bit", "a.png", saved(plain("1", 1), "PNG"), white
    yield "2 bits", "a.png", png(4, 4, 2, 0, b"\0\x55" * 4), flat(1 / 3, 1 / 3, 1 / 3)
    yield "4 bits", "a.png", png(4, 4, 4, 0, b"\0\x33\x33" * 4), fifth
    yield "8 bits", "a.png", saved(plain("L", GREY), "PNG"), fifth
    yield "16 bits", "a.png", png(4, 4, 16, 0, rows(0x33, 0x33)), fifth
    yield "16 bits, interlaced", "a.png", png(1, 1, 16, 0, b"\0\x33\x33", interlaced=1), fifth
    yield "16 bits and alpha", "a.png", png(4, 4, 16, 4, rows(0x33, 0x33, 255, 255)), fifth
    yield "16 bits of colour", "a.png", png(4, 4, 16, 2, rows(255, 255, 0, 0, 0, 0)), red
    yield "16 bits of colour and alpha", "a.png", png(4, 4, 16, 6, rows(255, 255, 0, 0, 0, 0, 255, 255)), red
    yield "palette", "a.png", saved(plain("RGB", RED).quantize(4), "PNG"), red
    yield (
        "palette of 1 bit",
        "a.png",
        png(8, 8, 1, 3, b"\0\xff" * 8, chunk(b"PLTE", bytes([0, 0, 0, 255, 0, 0]))),
        red,
    )
    yield (
        "palette without a colour",
        "a.png",
        png(4, 4, 8, 3, rows(7), chunk(b"PLTE", bytes([255, 0, 0]))),
        black,
        refused("photo/cat/a.png"),
    )
    yield "no palette", "a.png", png(4, 4, 8, 3, rows(0)), refused("photo/cat/a.png")
    yield (
        "transparent palette",
        "a.png",
        png(4, 4, 8, 3, rows(0), chunk(b"PLTE", bytes([255, 0, 0])), chunk(b"tRNS", b"\0")),
        white,
    )
    yield "transparent grey", "a.png", png(4, 4, 8, 0, rows(7), chunk(b"tRNS", b"\0\7")), white
    yield (
        "transparent grey of 16 bits",
        "a.png",
        png(4, 4, 16, 0, rows(7, 8), chunk(b"tRNS", b"\7\x08")),
        white,
    )
    yield (
        "transparent colour",
        "a.png",
        png(4, 4, 8, 2, rows(1, 2, 3), chunk(b"tRNS", b"\0\1\0\2\0\3")),
        white,
    )
    yield (
        "transparent colour of 16 bits",
        "a.png",
        png(4, 4, 16, 2, rows(1, 9, 2, 9, 3, 9), chunk(b"tRNS", b"\1\x09\2\x09\3\x09")),
        white,
        refused("photo/cat/a.png"),
    )
    yield "half transparent", "a.png", saved(plain("RGBA", (255, 0, 0, 51)), "PNG"), flat(1, 0.8, 0.8)
    yield "grey and alpha", "a.png", saved(plain("LA", (0, 51)), "PNG"), flat(0.8, 0.8, 0.8)
    yield "CMYK", "a.jpg", saved(plain("CMYK", (0, 255, 255, 0)), "JPEG"), flat(1, 0, 0, 0.02)
    yield "CMYK in TIFF", "a.tif", saved(plain("CMYK", (0, 255, 255, 0)), "TIFF"), red
    yield (
        "progressive",
        "a.jpg",
        saved(plain("RGB", RED), "JPEG", progressive=True, quality=100, subsampling=0),
        flat(1, 0, 0, 0.02),
    )
    yield "grey JPEG", "a.jpg", saved(plain("L", GREY), "JPEG"), flat(0.2, 0.2, 0.2, 0.02)
    yield "LAB", "a.tif", saved(plain("LAB", (0, 128, 128)), "TIFF"), black, refused("photo/cat/a.tif", "LAB")
    yield "floats", "a.tif", saved(plain("F", 0.5), "TIFF"), refused("photo/cat/a.tif", "mode F")
    yield "32 bits", "a.tif", saved(plain("I", 7), "TIFF"), refused("photo/cat/a.tif", "mode I")
    yield "TIFF of 16 bits", "a.tif", tiff(np.full((4, 4), 0x3333, np.uint16)), fifth
    yield "TIFF, white is 0", "a.tif", tiff(np.full((4, 4), 204, np.uint8), photometric=0), fifth
    yield (
        "TIFF of 16 bits, white is 0",
        "a.tif",
        tiff(np.full((4, 4), 0xCCCC, np.uint16), photometric=0),
        fifth,
        refused("photo/cat/a.tif"),
    )
    yield (
        "TIFF of signed bytes",
        "a.tif",
        tiff(np.full((4, 4), 51, np.uint8), format=2),
        fifth,
        refused("photo/cat/a.tif"),
    )
    yield (
        "TIFF of signed 16 bits",
        "a.tif",
        tiff(np.full((4, 4), 0x3333, np.uint16), format=2),
        refused("photo/cat/a.tif"),
    )
    yield "PGM of 16 bits", "a.pgm", b"P5 4 4 65535\n" + b"\x33\x33" * 16, fifth
    yield (
        "PGM of 10 bits",
        "a.pgm",
        b"P5 4 4 1000\n" + struct.pack(">H", 200) * 16,
        fifth,
        refused("photo/cat/a.pgm"),
    )
    yield "PGM up to 100", "a.pgm", b"P5 4 4 100\n" + bytes([20]) * 16, fifth
    yield "PBM", "a.pbm", b"P4 8 8\n" + bytes(8), white
    yield "PFM", "a.pfm", b"Pf 4 4 -1.0\n" + struct.pack("<f", 0.5) * 16, refused("photo/cat/a.pfm", "mode F")
    yield "BMP", "a.bmp", saved(plain("RGB", RED), "BMP"), red
    yield "WebP", "a.webp", saved(plain("RGBA", (255, 0, 0, 0)), "WEBP", lossless=True, exact=True), white
    yield (
        "ICO",
        "a.ico",
        saved(plain("RGBA", (255, 0, 0, 255)).resize((16, 16)), "ICO"),
        refused("photo/cat/a.ico", "PNG"),
    )
    yield (
        "JPEG 2000",
        "a.jp2",
        saved(plain("RGB", RED).resize((32, 32)), "JPEG2000"),
        refused("photo/cat/a.jp2", "PNG"),
    )
    yield (
        "JPEG 2000 of 16 bits",
        "a.jp2",
        saved(Image.fromarray(np.full((32, 32), 0x3333, np.uint16)), "JPEG2000"),
        refused("photo/cat/a.jp2", "PNG"),
    )
    yield (
        "AVIF",
        "a.avif",
        saved(plain("RGB", RED).resize((16, 16)), "AVIF", quality=100),
        refused("photo/cat/a.avif", "PNG"),
    )
    yield "TGA", "a.tga", saved(plain("RGB", RED), "TGA"), refused("photo/cat/a.tga", "PNG")
    yield (
        "QOI",
        "a.qoi",
        b"qoif" + struct.pack(">IIBB", 4, 4, 3, 0) + b"\xfe\xff\0\0" + bytes([0xC0 | 14]) + bytes(7) + b"\1",
        refused("photo/cat/a.qoi", "PNG"),
    )


def _meant() -> Iterator[tuple]:
    """What a file says beside its pixels."""
    red = flat(1, 0, 0)
    frames = [plain("RGB", RED), plain("RGB", (0, 255, 0))]
    for kind in ("GIF", "PNG", "TIFF", "WEBP"):
        how = {"lossless": True} if kind == "WEBP" else {}
        yield (
            f"two frames of {kind}",
            "a.img",
            saved(frames[0], kind, save_all=True, append_images=frames[1:], **how),
            red,
        )
    yield "JPEG called PNG", "a.png", saved(plain("RGB", RED), "JPEG", quality=100), flat(1, 0, 0, 0.02)
    yield "PNG called text", "a.txt", saved(plain("RGB", RED), "PNG"), red
    halves = Image.fromarray(np.repeat(np.array([[0, 255]], np.uint8), 2, 0))  # left black, right white
    left, right, top, bottom = [[0, 1], [0, 1]], [[1, 0], [1, 0]], [[0, 0], [1, 1]], [[1, 1], [0, 0]]
    upright = {
        1: left,
        2: right,
        3: right,
        4: left,
        5: top,
        6: top,
        7: bottom,
        8: bottom,
        0: left,
        9: left,
        65535: left,
    }
    for orientation, turned in upright.items():
        exif = Image.Exif()
        exif[274] = orientation
        yield f"orientation {orientation}", "a.png", saved(halves, "PNG", exif=exif), Right(x=[turned] * 3)
    for name, wrong in {
        "text": b"upright",
        "nothing": b"",
        "cut": b"Exif\0\0II*\0\xff\xff\xff\xff",
        "a circle": b"II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\x08\0\0\0",
    }.items():
        yield (
            f"EXIF of {name}",
            "a.jpg",
            saved(plain("RGB", RED), "JPEG", exif=b"Exif\0\0" + wrong, quality=100),
            flat(1, 0, 0, 0.02),
        )
        yield (
            f"EXIF of {name} in PNG",
            "a.png",
            png(4, 4, 8, 2, rows(255, 0, 0), chunk(b"eXIf", wrong)),
            red,
            refused("photo/cat/a.png"),
        )
    turned = TiffImagePlugin.ImageFileDirectory_v2()
    turned[274] = "six"
    turned.tagtype[274] = 2
    yield (
        "orientation in words",
        "a.tif",
        saved(halves, "TIFF", tiffinfo=turned),
        Right(x=[left] * 3),
        refused("photo/cat/a.tif"),
    )
    yield "gamma", "a.png", png(4, 4, 8, 2, rows(255, 0, 0), chunk(b"gAMA", struct.pack(">I", 100))), red
    yield "gamma of 0", "a.png", png(4, 4, 8, 2, rows(255, 0, 0), chunk(b"gAMA", bytes(4))), red
    yield (
        "profile of noise",
        "a.png",
        png(4, 4, 8, 2, rows(255, 0, 0), chunk(b"iCCP", b"x\0\0" + zlib.compress(b"noise"))),
        red,
    )
    yield "resolution of 0", "a.png", png(4, 4, 8, 2, rows(255, 0, 0), chunk(b"pHYs", bytes(9))), red
    yield "bytes behind the end", "a.png", saved(plain("RGB", RED), "PNG") + b"\0" * 1000, red
    yield "long and thin", "a.png", png(60_000, 1, 8, 0, b"\0" + b"\x33" * 60_000), flat(0.2, 0.2, 0.2)


def _hostile() -> Iterator[tuple]:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    whole = saved(Image.fromarray(noise), "PNG")
    jpeg = saved(Image.fromarray(noise), "JPEG")
    middle = bytes([whole[len(whole) // 2] ^ 255])
    corrupt = whole[: len(whole) // 2] + middle + whole[len(whole) // 2 + 1 :]
    big = struct.pack("<HH", 65535, 65535)
    files = {
        "empty": ("a.png", b""),
        "text": ("a.png", b"no picture"),
        "SVG": (
            "a.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><script>1</script></svg>',
        ),
        "HEIC": ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)),
        "PDF": ("a.pdf", b"%PDF-1.7\n%%EOF"),
        "EPS": (
            "a.png",
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n%%EndComments\n(ran) (w) file closefile\n%%EOF\n",
        ),
        "WMF": (
            "a.wmf",
            b"\xd7\xcd\xc6\x9a\0\0"
            + struct.pack("<4hH", 0, 0, 4, 4, 72)
            + bytes(6)
            + b"\1\0\x09\0"
            + bytes(64),
        ),
        "Thumbs.db": ("Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)),
        "PNG cut in half": ("a.png", whole[: len(whole) // 2]),
        "JPEG cut in half": ("a.jpg", jpeg[: len(jpeg) // 2]),
        "PNG broken in the middle": ("a.png", corrupt),
        "header alone": ("a.png", whole[:33]),
        "lines missing": ("a.png", png(4, 4, 8, 0, rows(1)[:10])),
        "side of 0": ("a.png", png(0, 4, 8, 0, b"")),
        "sides of 0": ("a.gif", b"GIF89a" + bytes(7) + b";"),
        "side beyond 65,535": ("a.png", png(70_000, 1, 8, 0, bytes(70_001))),
        "900 million pixels": ("a.png", lambda: png(30_000, 30_000, 1, 0, bytes(30_000 * 3_751))),
        "sides of 2^31": ("a.png", png(2**31 - 1, 2**31 - 1, 8, 2, b"\0")),
        "BMP of 65,535 squared": (
            "a.bmp",
            b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 65535, 65535, 1, 24, 0, 0, 0, 0, 0, 0),
        ),
        "GIF of 65,535 squared": (
            "a.gif",
            b"GIF89a" + big + b"\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0" + big + b"\0\2\2D\1\0;",
        ),
        "TIFF of a billion lines": ("a.tif", tiff(np.zeros((4, 4), np.uint8), height=10**9)),
        "TIFF that points beyond": ("a.tif", tiff(np.zeros((4, 4), np.uint8), offset=10**9)),
        "TIFF in a circle": ("a.tif", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"),
        "TIFF of 64 bits a sample": ("a.tif", tiff(np.zeros((4, 4), np.uint8), bits=64)),
        "text of 200 MB": (
            "a.png",
            lambda: png(4, 4, 8, 0, rows(1), *[chunk(b"zTXt", b"k\0\0" + bomb())] * 3),
        ),
        "bad checksum of a header": ("a.png", whole[:29] + bytes(4) + whole[33:]),
    }
    allowed = {"text of 200 MB": flat(1 / 255, 1 / 255, 1 / 255), "lines missing": Right()}  # which are black
    for name, (file, data) in files.items():
        said = refused(f"photo/cat/{file}")
        yield (name, file, data, allowed[name], said) if name in allowed else (name, file, data, said)
    yield (
        "profile of 200 MB",
        "a.png",
        lambda: png(4, 4, 8, 0, rows(1), chunk(b"iCCP", b"x\0\0" + bomb())),
        flat(1 / 255, 1 / 255, 1 / 255),
        refused("photo/cat/a.png"),
    )
