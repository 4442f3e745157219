"""Rotated digits: one domain an angle."""

from typing import Annotated

from scipy.ndimage import rotate

from heldout.runtime.artifacts import Dataset
from heldout.runtime.images.digits import digit_domains
from heldout.runtime.operator import operator
from heldout.runtime.subtype import Of

ROTATED_MNIST_ANGLES: list[int | float] = [0, 15, 30, 45, 60, 75]


@operator(seconds=0.1)
def rotated_digits(
    *, angles: list[int | float] = ROTATED_MNIST_ANGLES, seed: int = 0
) -> Annotated[Dataset, Of("images")]:
    """1,797 scanned digits, each rotated by the angle of its domain.

    Ghifary et al. 2015, "Domain Generalization for Object Recognition with Multi-task
    Autoencoders" (arXiv:1508.07680), Rotated MNIST, as dealt by DomainBed (arXiv:2007.01434):
    the images are shuffled and dealt to the domains, so that no image is in two.
    Differs from the paper: scikit-learn's 8x8 scans instead of MNIST, bilinear instead of
    bicubic interpolation.

    Args:
        angles: degrees, counter-clockwise, one domain each; the domain's name is the angle.
        seed: of the shuffle that deals the images.

    Returns:
        `x` [1797, 1, 8, 8] in [0, 1], 0 is paper and fills the corners; `label` is the digit.

    Raises:
        ValueError: no angle is given, or one twice.
    """
    return digit_domains(
        angles,
        seed,
        # grid-constant: paper goes on beyond the edge, so that pixels on it are interpolated too.
        lambda position, images, _: rotate(
            images, angles[position], axes=(2, 1), reshape=False, order=1, mode="grid-constant"
        )[:, None],
    )
