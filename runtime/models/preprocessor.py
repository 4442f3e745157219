"""What a hub model's own preprocessor does to pictures: `preprocessor_config.json`."""

import json
from collections.abc import Mapping
from typing import Any

from heldout.runtime.component import Listed

PREPROCESSOR = "preprocessor_config.json"

# By Pillow's numbers, as preprocessors write them.
FILTERS = {0: "nearest", 2: "bilinear", 3: "bicubic"}


def normalization(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Mean and standard deviation by channel, as the network `hub` takes them; nothing where there are none.

    Raises:
        ValueError: they are no numbers, or there are not as many of both.
    """
    about = _described(files)
    mean, std = about.get("image_mean"), about.get("image_std")
    if not about.get("do_normalize", mean is not None) or mean is None or std is None:
        return {}
    return {"mean": _numbers(mean, "image_mean"), "std": _numbers(std, "image_std")}


def preprocessing(files: Mapping[str, bytes]) -> Listed:
    """How it brings a picture to the network's size, as transforms in order.

    Raises:
        ValueError: it says a size or a filter that no transform has.
    """
    about = _described(files)
    found: list[str | dict[str, Any]] = []
    size, crop = about.get("size"), about.get("crop_size")
    if about.get("do_resize", size is not None) and size is not None:
        side, sides = _side(size, "size")
        if "crop_pct" in about and sides == "shorter":  # of ConvNeXt: resized to more, and cut to the size
            crop, side = size, int(side / float(about["crop_pct"]))
        number = about.get("resample", 2)
        if number not in FILTERS:
            raise ValueError(f"{PREPROCESSOR} names the filter {number!r}; known are {sorted(FILTERS)}")
        found.append({"resize": {"size": side, "sides": sides, "interpolation": FILTERS[number]}})
    if about.get("do_center_crop", "crop_pct" in about) and crop is not None:
        found.append({"center-crop": {"size": _side(crop, "crop_size")[0]}})
    return found


def _described(files: Mapping[str, bytes]) -> dict[str, Any]:
    if PREPROCESSOR not in files:
        return {}
    try:
        about = json.loads(files[PREPROCESSOR])
    except ValueError as error:
        raise ValueError(f"{PREPROCESSOR} is not JSON: {error}") from error
    if not isinstance(about, dict):
        raise ValueError(f"{PREPROCESSOR} is no mapping")
    return about


def _side(size: Any, name: str) -> tuple[int, str]:
    """The side of a square, and which sides of a picture become as long."""
    match size:
        case {"height": int() as height, "width": int() as width} if height == width > 0:
            return height, "both"
        case {"shortest_edge": int() as side} if side > 0:
            return side, "shorter"
        case int() if size > 0:  # as older preprocessors have it
            return size, "both"
    raise ValueError(f"{PREPROCESSOR} says `{name}: {json.dumps(size)}`, and pictures are brought to squares")


def _numbers(value: Any, name: str) -> list[float]:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in listed):
        raise ValueError(f"{PREPROCESSOR} says `{name}: {json.dumps(value)}`, no numbers by channel")
    return [float(one) for one in listed]
