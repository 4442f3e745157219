"""Coloured digits: a colour that predicts the label, more or less by domain."""

from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.images.digits import digit_domains, scanned_digits
from heldout.runtime.operator import operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

Probability = Annotated[float, Field(ge=0.0, le=1.0)]

COLORED_MNIST_FLIPS = [0.1, 0.2, 0.9]


@operator(seconds=0.1)
def colored_digits(
    *,
    flips: list[Probability] = COLORED_MNIST_FLIPS,
    label_noise: Probability = 0.25,
    seed: int = 0,
) -> Annotated[Dataset, Of("images")]:
    """Small and large digits in two colours that agree with the label to a degree set by the domain.

    Arjovsky et al. 2019, "Invariant Risk Minimization" (arXiv:1907.02893), section 5.1, Colored
    MNIST: the label is 1 for digits 0-4, flipped with probability `label_noise`; the colour is
    the noisy label, flipped with the probability of the domain.
    Differs from the paper: scikit-learn's 8x8 scans instead of MNIST; digits 0-4 have label 1
    as in DomainBed (the paper calls them 0); which images a domain has is shuffled.

    Args:
        flips: probability that the colour disagrees with the noisy label, one domain each; the
            domain's name is the probability.
        label_noise: probability that the label disagrees with the digit, in every domain.
        seed: of the shuffle that deals the images, of the label noise and of the colours.

    Returns:
        `x` [1797, 2, 8, 8] in [0, 1], the digit in the channel of its colour and zero in the
        other; `label` is the noisy label.

    Raises:
        ValueError: no probability is given, or one twice.
    """
    _, digits = scanned_digits()
    labels = (digits < 5) ^ (numpy_stream(seed, "label noise").random(len(digits)) < label_noise)
    colour_draws = numpy_stream(seed, "colour").random(len(digits))

    def paint(position: int, images: np.ndarray, sources: np.ndarray) -> np.ndarray:
        colours = labels[sources] ^ (colour_draws[sources] < flips[position])
        x = np.zeros((len(images), 2, *images.shape[1:]), dtype=np.float32)
        x[np.arange(len(images)), colours.astype(np.int64)] = images
        return x

    return digit_domains(flips, seed, paint, labels.astype(np.int64), ("5-9", "0-4"))
