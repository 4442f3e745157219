"""Styled digits: one domain a way of drawing."""

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from scipy.ndimage import gaussian_filter, grey_dilation, grey_erosion, zoom

from heldout.runtime.artifacts import Dataset
from heldout.runtime.images.digits import digit_domains, scanned_digits
from heldout.runtime.operator import operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

Style = Literal["plain", "inverted", "edges", "blurred", "noisy", "thick", "coarse", "faint"]

ALL_STYLES: list[Style] = ["plain", "inverted", "edges", "blurred", "noisy", "thick", "coarse", "faint"]

# From images and standard normal draws of their shape, [num_images, 8, 8], to images in [0, 1].
_Draw = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _edges(images: np.ndarray, _: np.ndarray) -> np.ndarray:
    size = (1, 3, 3)
    edges: np.ndarray = grey_dilation(images, size, mode="constant") - grey_erosion(
        images, size, mode="constant"
    )
    return edges


def _coarse(images: np.ndarray, _: np.ndarray) -> np.ndarray:
    blocks = images.reshape(len(images), 4, 2, 4, 2).mean((2, 4))
    return zoom(blocks, (1, 2, 2), order=0)


_STYLES: dict[str, _Draw] = {
    "plain": lambda images, _: images,
    "inverted": lambda images, _: 1 - images,
    "edges": _edges,
    "blurred": lambda images, _: gaussian_filter(images, sigma=(0, 1, 1), mode="constant"),
    "noisy": lambda images, normal: np.clip(images + 0.25 * normal, 0, 1),
    "thick": lambda images, _: grey_dilation(images, (1, 2, 2), mode="constant"),
    "coarse": _coarse,
    "faint": lambda images, _: 0.3 * images,
}


@operator(seconds=0.1)
def styled_digits(*, styles: list[Style] = ALL_STYLES, seed: int = 0) -> Annotated[Dataset, Of("images")]:
    """1,797 scanned digits, each drawn in the style of its domain.

    In the manner of PACS (Li et al. 2017, "Deeper, Broader and Artier Domain Generalization",
    arXiv:1710.03077), where photographs, paintings, cartoons and sketches show the same classes.
    Differs from the paper: styles are made from scikit-learn's 8x8 scans of digits by filters.

    Args:
        styles: one domain each: plain, inverted (1 minus the image), edges (largest minus
            smallest value of the 3x3 neighbourhood), blurred (Gaussian of 1 pixel), noisy
            (Gaussian of standard deviation 0.25 added, clipped), thick (largest value of the
            pixel and its neighbours right and below), coarse (means of 2x2 pixels) and faint
            (0.3 of the ink).
        seed: of the shuffle that deals the images and of the noise.

    Returns:
        `x` [1797, 1, 8, 8] in [0, 1]; `label` is the digit.

    Raises:
        ValueError: no style is given, or one twice.
    """
    normal = numpy_stream(seed, "noise").standard_normal(scanned_digits()[0].shape)

    def draw(position: int, images: np.ndarray, sources: np.ndarray) -> np.ndarray:
        return _STYLES[styles[position]](images, normal[sources])[:, None]

    return digit_domains(styles, seed, draw)
