"""Pictures of shapes with captions, in one style a domain."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.images.captions import Words, class_column, written
from heldout.runtime.images.shapes import (
    BACKGROUND,
    COLOURS,
    OUTLINES,
    RADII,
    Colour,
    PictureStyle,
    Places,
    Shape,
    Size,
    Texture,
    coverage,
    own_coordinates,
    styled,
    texture_ink,
)
from heldout.runtime.operator import operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

ALL_COLOURS: list[Colour] = ["red", "green", "blue", "yellow", "purple", "cyan"]
ALL_SHAPES: list[Shape] = ["circle", "square", "triangle", "diamond", "cross", "ring", "star", "bar"]
ALL_TEXTURES: list[Texture] = ["solid", "striped", "dotted"]
ALL_SIZES: list[Size] = ["small", "large"]


@operator(seconds=0.5)
def captioned_shapes(
    *,
    count: Annotated[int, Field(ge=1)] = 2000,
    styles: list[PictureStyle] = ["plain"],  # noqa: B006 - defaults are read, never changed
    colours: list[Colour] = ALL_COLOURS,
    shapes: list[Shape] = ALL_SHAPES,
    classes: list[Literal["size", "texture", "colour", "shape"]] = ["colour", "shape"],  # noqa: B006
    omitted: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.3,
    jitter: Annotated[float, Field(ge=0.0, le=0.5)] = 0.15,
    side: Annotated[int, Field(ge=8)] = 24,
    seed: int = 0,
) -> Annotated[Dataset, Of("captioned images")]:
    """Procedural pictures of one shape each, with a caption that says some of what is there.

    A small world for image-text pretraining: size, texture, colour and shape vary independently,
    so that every class is a composition of words that other classes have too. In the manner of
    the web data of CLIP (Radford et al. 2021, arXiv:2103.00020, section 2.2), captions leave out
    what their writer did not mind.
    Differs from the paper: pictures are drawn by formula, and no caption is wrong.

    Args:
        count: pictures; styles, and all words, are drawn uniformly and independently.
        styles: one domain each: plain; outlined (the ink along the edge alone); hazy (little
            contrast on light grey); cluttered (12 % of the pixels of random colour); dim (0.35
            of the light); blurred (Gaussian of 1.2 pixels).
        colours: that occur.
        shapes: that occur.
        classes: the words that make a class, in the order in which they are said.
        omitted: probability that a caption leaves out an attribute, each by itself; the shape is
            always said.
        jitter: farthest that a shape lies off the centre, in half sides of the picture, and that
            it is turned, radians.
        side: of a picture, pixels.
        seed: of everything that is drawn.

    Returns:
        `x` [count, 3, side, side] in [0, 1]; rows `id`, `label`, `domain` (the style), `text` (the
        caption), `size`, `texture`, `colour` and `shape`. All classes are there, by name, whether
        or not a picture shows them.

    Raises:
        ValueError: a list is empty or names something twice.
    """
    vocabulary: dict[str, Sequence[str]] = {
        "size": ALL_SIZES,
        "texture": ALL_TEXTURES,
        "colour": colours,
        "shape": shapes,
    }
    for name, given in {**vocabulary, "styles": styles, "classes": classes}.items():
        if not given or len(set(given)) < len(given):
            raise ValueError(f"{name} must be given, each once; got {given}")
    random = numpy_stream(seed, "words")
    words: Words = {name: random.choice(known, count).tolist() for name, known in vocabulary.items()}
    domains = random.choice(styles, count)
    images = _pictures(words, domains, jitter, side, seed)
    label, names = class_column(words, vocabulary, classes)
    rows = pa.table(
        {
            "id": pa.array([f"shape-{seed}-{row:06d}" for row in range(count)]),
            "label": pa.array(label),
            "domain": pa.array(domains.tolist()),
            "text": pa.array(written(words, omitted, numpy_stream(seed, "captions"))),
            **{name: pa.array(said) for name, said in words.items()},
        }
    )
    return Dataset(rows, {"x": torch.from_numpy(images)}, names)


def _pictures(words: Words, domains: np.ndarray, jitter: float, side: int, seed: int) -> np.ndarray:
    """The pictures of these words, [num_images, 3, side, side] float32 in [0, 1]."""
    random = numpy_stream(seed, "places")
    count = len(domains)
    u, v, angle = random.uniform(-jitter, jitter, (3, count, 1, 1))
    radius = np.array([RADII[size] for size in words["size"]])[:, None, None]
    own_u, own_v = own_coordinates(Places(u, v, radius, angle), side)
    shape, texture = np.array(words["shape"]), np.array(words["texture"])
    ink = np.empty_like(own_u)
    for name in np.unique(shape):
        chosen = shape == name
        distance = OUTLINES[name](own_u[chosen], own_v[chosen])
        softness = 2 / (side * radius[chosen])
        edge = coverage(np.abs(distance - 1) / 0.25, softness)
        outlined = (domains[chosen] == "outlined")[:, None, None]
        ink[chosen] = np.where(outlined, edge, coverage(distance, softness))
    for name in np.unique(texture):
        ink[texture == name] *= texture_ink(name, own_u[texture == name], own_v[texture == name])
    light = np.array([COLOURS[colour] for colour in words["colour"]])[:, :, None, None]
    images = BACKGROUND + ink[:, None] * (light - BACKGROUND)
    for style in np.unique(domains):
        images[domains == style] = styled(style, images[domains == style], random)
    images += random.normal(0, 0.04, images.shape)
    return np.clip(images, 0, 1).astype(np.float32)
