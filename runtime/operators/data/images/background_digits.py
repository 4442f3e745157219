"""Digits on backgrounds: one domain a texture."""

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from scipy.ndimage import gaussian_filter

from heldout.runtime.artifacts import Dataset
from heldout.runtime.images.digits import digit_domains, scanned_digits
from heldout.runtime.operator import operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

Background = Literal["plain", "noise", "clouds", "stripes", "checkers", "gradient"]

ALL_BACKGROUNDS: list[Background] = ["plain", "noise", "clouds", "stripes", "checkers", "gradient"]


def _noise(draws: np.ndarray) -> np.ndarray:
    return draws


def _clouds(draws: np.ndarray) -> np.ndarray:
    smooth = gaussian_filter(draws, sigma=(0, 1.5, 1.5), mode="wrap")
    low, high = smooth.min((1, 2), keepdims=True), smooth.max((1, 2), keepdims=True)
    shade: np.ndarray = (smooth - low) / (high - low)
    return shade


def _stripes(draws: np.ndarray) -> np.ndarray:
    column = np.arange(draws.shape[2])
    phase = np.floor(draws[:, :1, :1] * 4)
    return np.broadcast_to(((column + phase) // 2) % 2, draws.shape)


def _checkers(draws: np.ndarray) -> np.ndarray:
    row, column = np.indices(draws.shape[1:])
    shift = np.floor(draws[:, :1, :1] * 4)
    shade: np.ndarray = ((row // 2) + (column + shift) // 2) % 2
    return shade


def _gradient(draws: np.ndarray) -> np.ndarray:
    row, column = np.indices(draws.shape[1:]) / (draws.shape[1] - 1) - 0.5
    angle = 2 * np.pi * draws[:, :1, :1]
    shade: np.ndarray = 0.5 + (np.cos(angle) * column + np.sin(angle) * row) / np.sqrt(2)
    return shade


_TEXTURES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "plain": np.zeros_like,
    "noise": _noise,
    "clouds": _clouds,
    "stripes": _stripes,
    "checkers": _checkers,
    "gradient": _gradient,
}


@operator(seconds=0.1)
def background_digits(
    *,
    backgrounds: list[Background] = ALL_BACKGROUNDS,
    strength: Annotated[float, Field(ge=0.0, le=1.0)] = 0.6,
    seed: int = 0,
) -> Annotated[Dataset, Of("images")]:
    """1,797 scanned digits, each on a background of its domain's texture.

    After Larochelle et al. 2007, "An Empirical Evaluation of Deep Architectures on Problems with
    Many Factors of Variation" (ICML), MNIST with random and image backgrounds.
    Differs from the paper: scikit-learn's 8x8 scans instead of MNIST; drawn textures instead of
    photographs; the ink covers the background in proportion to its darkness.

    Args:
        backgrounds: textures, one domain each: plain (paper), noise (uniform, each pixel by
            itself), clouds (smoothed noise), stripes (2 pixels wide), checkers (2x2 pixels) and
            gradient (a slope in a random direction). Phase and direction differ by image.
        strength: grey level of the background's darkest pixel, in [0, 1]; ink goes up to 1.
        seed: of the shuffle that deals the images and of the backgrounds.

    Returns:
        `x` [1797, 1, 8, 8] in [0, 1]; `label` is the digit.

    Raises:
        ValueError: no background is given, or one twice.
    """
    draws = numpy_stream(seed, "background").random(scanned_digits()[0].shape)

    def compose(position: int, images: np.ndarray, sources: np.ndarray) -> np.ndarray:
        background = strength * _TEXTURES[backgrounds[position]](draws[sources])
        return (images + (1 - images) * background)[:, None]

    return digit_domains(backgrounds, seed, compose)
