"""Pictures of any mode as on paper: upright, scaled by their own depth, without transparency."""

import numpy as np
from PIL import Image, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

GROUND = "white"  # what transparent pixels are composed over, as browsers and paper show them

_EIGHT_BITS = {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr"}
_SIXTEEN_BITS = {"I;16", "I;16L", "I;16B", "I;16N"}
_BITS_PER_SAMPLE, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339  # tags of TIFF 6.0
_UNSIGNED, _WHITE_IS_ZERO = 1, 0


class UnknownScale(ValueError):
    """Nothing says which of a picture's numbers is white; the message begins with its mode."""


def on_paper(image: Image.Image) -> Image.Image:
    """A picture as it is meant to be seen, in Pillow's mode `L` or `RGB`, or in `F` with grey in [0, 1].

    It is turned as its EXIF orientation says, and transparent pixels are composed over white. Grey of 16
    bits is divided by 65535, of 12 bits by 4095; of colours with 16 bits a channel Pillow keeps the upper 8.
    Colour profiles are not applied.

    Args:
        image: as opened, not loaded yet.

    Raises:
        UnknownScale: the picture has 32-bit integers, floats or signed samples, or a mode that has no RGB.
    """
    refuse_unscaled(image)
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode in _SIXTEEN_BITS or image.mode == "I":
        return _grey_of_16_bits(image)
    if not image.has_transparency_data:
        return in_mode(image, "L" if image.mode in ("1", "L") else "RGB")
    layer = image.convert("LA") if image.mode == "La" else image
    ground = Image.new("RGBA", image.size, GROUND)
    return Image.alpha_composite(ground, layer.convert("RGBA")).convert("RGB")


def refuse_unscaled(image: Image.Image) -> None:
    """Refuse what would be scaled by a guess.

    Raises:
        UnknownScale: as `on_paper` says.
    """
    if isinstance(image, TiffImageFile):
        formats = image.tag_v2.get(_SAMPLE_FORMAT, (_UNSIGNED,))
        if set(formats) != {_UNSIGNED}:
            raise UnknownScale(f"mode {image.mode} with signed or float samples has no white of its own")
    # Of its own modes Pillow gives a portable grey map of more than 8 bits as I, scaled to 65535.
    if image.mode == "I" and image.format == "PPM":
        return
    if image.mode not in _EIGHT_BITS | _SIXTEEN_BITS:
        raise UnknownScale(f"mode {image.mode} does not say which number is white")
    # PNG writes a transparent colour in its own depth, and Pillow compares it with pixels of 8 bits.
    raw = _raw_mode(image)
    if image.mode in ("L", "RGB") and "transparency" in image.info and raw not in ("", image.mode):
        raise UnknownScale(
            f"mode {image.mode} from {raw} with one transparent colour, whose depth is unclear"
        )


def in_mode(image: Image.Image, mode: str) -> Image.Image:
    """A picture in a mode of Pillow's: itself where it is, which `convert` would copy."""
    return image if image.mode == mode else image.convert(mode)


def _grey_of_16_bits(image: Image.Image) -> Image.Image:
    """Grey in [0, 1], mode F."""
    tags = image.tag_v2 if isinstance(image, TiffImageFile) else {}
    bits = tags.get(_BITS_PER_SAMPLE, (16,))[0]
    levels = np.asarray(image).astype(np.float32)
    grey = levels / np.float32(2**bits - 1)
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        grey = 1 - grey
    if "transparency" in image.info:
        grey[levels == image.info["transparency"]] = 1
    return Image.fromarray(grey)


def _raw_mode(image: Image.Image) -> str:
    """How the file itself packs its pixels, in Pillow's words; empty where it does not say."""
    arguments = image.tile[0].args if getattr(image, "tile", None) else ""  # type: ignore[attr-defined]
    first = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return first if isinstance(first, str) else ""
