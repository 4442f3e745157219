"""Swatches of patterned cloth with captions: the classes of another data set."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.images.captions import Words, class_column, written
from heldout.runtime.images.shapes import COLOURS, Colour, Texture
from heldout.runtime.operator import operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

ALL_TEXTURES: list[Texture] = ["solid", "striped", "dotted"]
ALL_COLOURS: list[Colour] = ["red", "green", "blue", "yellow", "purple", "cyan"]


@operator(seconds=0.1)
def captioned_swatches(
    *,
    count: Annotated[int, Field(ge=1)] = 500,
    colours: list[Colour] = ALL_COLOURS,
    side: Annotated[int, Field(ge=8)] = 24,
    seed: int = 0,
) -> Annotated[Dataset, Of("captioned images")]:
    """Cloth that fills the picture, by texture and colour: no shape, and another way of drawing.

    For tests on a data set that nothing was trained on: its words are those of
    `data/captioned-shapes`, its pictures and its classes are not.

    Args:
        count: pictures; words, the width of the pattern and its angle are drawn uniformly.
        colours: that occur.
        side: of a picture, pixels.
        seed: of everything that is drawn.

    Returns:
        `x` [count, 3, side, side] in [0, 1]; rows `id`, `label` (of `striped red` and so on),
        `domain` (swatches), `text`, `texture` and `colour`.

    Raises:
        ValueError: no colour is given, or one twice.
    """
    if not colours or len(set(colours)) < len(colours):
        raise ValueError(f"colours must be given, each once; got {colours}")
    vocabulary: dict[str, Sequence[str]] = {"texture": ALL_TEXTURES, "colour": colours}
    random = numpy_stream(seed, "swatches")
    words: Words = {name: random.choice(known, count).tolist() for name, known in vocabulary.items()}
    images = _cloth(words, side, random)
    label, names = class_column(words, vocabulary, ["texture", "colour"])
    rows = pa.table(
        {
            "id": pa.array([f"swatch-{seed}-{row:06d}" for row in range(count)]),
            "label": pa.array(label),
            "domain": pa.array(["swatches"] * count),
            "text": pa.array(written(words, 0.0, random)),
            **{name: pa.array(said) for name, said in words.items()},
        }
    )
    return Dataset(rows, {"x": torch.from_numpy(images)}, names)


def _cloth(words: Words, side: int, random: np.random.Generator) -> np.ndarray:
    count = len(words["colour"])
    angle = random.uniform(0, np.pi, (count, 1, 1))
    period = random.uniform(4, 7, (count, 1, 1))  # pixels
    along = np.cos(angle) * np.arange(side)[None, None, :] + np.sin(angle) * np.arange(side)[None, :, None]
    across = np.cos(angle) * np.arange(side)[None, :, None] - np.sin(angle) * np.arange(side)[None, None, :]
    stripes = np.sin(2 * np.pi * along / period)
    dots = np.cos(2 * np.pi * along / period) * np.cos(2 * np.pi * across / period)
    texture = np.array(words["texture"])[:, None, None]
    ink = np.where(texture == "striped", np.where(stripes > 0, 1.0, 0.25), 1.0)
    ink = np.where(texture == "dotted", np.where(dots > 0.2, 0.25, 1.0), ink)
    light = np.array([COLOURS[colour] for colour in words["colour"]])[:, :, None, None]
    images = ink[:, None] * light + random.normal(0, 0.04, (count, 3, side, side))
    clipped: np.ndarray = np.clip(images, 0, 1).astype(np.float32)
    return clipped
