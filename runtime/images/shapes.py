"""Pictures of one shape: its outline, how it is filled, and the style that it is drawn in."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

Shape = Literal["circle", "square", "triangle", "diamond", "cross", "ring", "star", "bar"]
Colour = Literal["red", "green", "blue", "yellow", "purple", "cyan"]
Texture = Literal["solid", "striped", "dotted"]
Size = Literal["small", "large"]
PictureStyle = Literal["plain", "outlined", "hazy", "cluttered", "dim", "blurred"]

COLOURS: Mapping[str, tuple[float, float, float]] = {
    "red": (0.9, 0.15, 0.15),
    "green": (0.15, 0.8, 0.2),
    "blue": (0.2, 0.3, 0.95),
    "yellow": (0.95, 0.85, 0.15),
    "purple": (0.65, 0.2, 0.8),
    "cyan": (0.2, 0.85, 0.9),
}
RADII: Mapping[str, float] = {"small": 0.55, "large": 0.85}
BACKGROUND = 0.12  # grey of paper, in [0, 1]

# Distance-like numbers of a point (u to the right, v downwards) in a shape of radius 1: at most 1 inside.
_Outline = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _radius(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    radius: np.ndarray = np.hypot(u, v)
    return radius


def _star(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    distance: np.ndarray = _radius(u, v) / (0.68 + 0.32 * np.cos(5 * np.arctan2(u, -v)))
    return distance


def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    u, v = np.abs(u), np.abs(v)
    nearest: np.ndarray = np.minimum(np.maximum(u / 0.3, v), np.maximum(u, v / 0.3))
    return nearest


OUTLINES: dict[Shape, _Outline] = {
    "circle": lambda u, v: _radius(u, v) / 0.9,
    "square": lambda u, v: np.maximum(np.abs(u), np.abs(v)) / 0.8,
    "triangle": lambda u, v: np.maximum((v + 0.2) / 0.8 + 0.2, 0.2 + 1.5 * np.abs(u) - 0.8 * v),
    "diamond": lambda u, v: np.abs(u) / 0.75 + np.abs(v),
    "cross": _cross,
    "ring": lambda u, v: np.abs(_radius(u, v) - 0.7) / 0.27,
    "star": _star,
    "bar": lambda u, v: np.maximum(np.abs(u) / 0.3, np.abs(v)),
}


class Places(NamedTuple):
    """Where the shapes of some pictures are: each field has the shape [num_images, 1, 1].

    Attributes:
        u: centre to the right of the picture's own, in half sides of the picture.
        v: centre below it, likewise.
        radius: of the shape, likewise.
        angle: by which it is turned, radians.
    """

    u: np.ndarray
    v: np.ndarray
    radius: np.ndarray
    angle: np.ndarray


def own_coordinates(places: Places, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Each pixel in the coordinates of its picture's shape, two arrays [num_images, side, side]."""
    line = (np.arange(side) + 0.5) * 2 / side - 1
    u, v = line[None, None, :] - places.u, line[None, :, None] - places.v
    cos, sin = np.cos(places.angle), np.sin(places.angle)
    return (cos * u + sin * v) / places.radius, (cos * v - sin * u) / places.radius


def coverage(distance: np.ndarray, softness: float) -> np.ndarray:
    """1 inside, 0 outside and a ramp of width `softness` about the outline."""
    return np.clip((1 - distance) / softness + 0.5, 0, 1)


def texture_ink(texture: Texture, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """How much of the ink a texture leaves at a point of a shape, in [0.25, 1]."""
    if texture == "striped":
        return np.where(np.sin(9 * (u + v)) > 0, 1.0, 0.25)
    if texture == "dotted":
        return np.where(np.cos(9 * u) * np.cos(9 * v) > 0.2, 0.25, 1.0)
    return np.ones_like(u)


def styled(style: PictureStyle, images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Pictures, [num_images, 3, side, side] in [0, 1], in another style.

    `outlined` is no matter of the finished picture: it is drawn from the coverage.
    """
    if style == "hazy":
        contrast: np.ndarray = images - images.mean((1, 2, 3), keepdims=True)
        return 0.55 + 0.35 * contrast
    if style == "dim":
        return 0.35 * images
    if style == "blurred":
        return gaussian_filter(images, (0, 0, 1.2, 1.2))
    if style == "cluttered":
        specks = random.random((len(images), 1, *images.shape[2:])) < 0.12
        inks = random.random(images.shape).astype(images.dtype)
        return np.where(specks, inks, images)
    return images
