"""Digits of 28x28 pixels, as a user's file of operators has them: MNIST's size without a download."""

from scipy.ndimage import rotate, zoom

from heldout.runtime.artifacts import Dataset
from heldout.runtime.images.digits import digit_domains
from heldout.runtime.operator import operator

SIDE = 28


@operator(seconds=0.5)
def large_digits(*, angles: list[int | float], seed: int = 0) -> Dataset:
    """scikit-learn's scanned digits, enlarged to 28x28 pixels, one domain an angle.

    Args:
        angles: degrees, counter-clockwise, one domain each.
        seed: of the shuffle that deals the images.
    """

    def render(position, images, _):
        large = zoom(images, (1, SIDE / images.shape[1], SIDE / images.shape[2]), order=1)
        return rotate(large, angles[position], axes=(2, 1), reshape=False, order=1)[:, None]

    return digit_domains(angles, seed, render)
