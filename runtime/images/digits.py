"""The 1,797 scanned digits that come with scikit-learn, dealt to domains."""

import functools
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import torch
from sklearn.datasets import load_digits

from heldout.runtime.artifacts import Dataset
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.rows.domains import domain_name

DIGIT_NAMES = tuple(str(digit) for digit in range(10))


@functools.cache
def scanned_digits() -> tuple[np.ndarray, np.ndarray]:
    """The scans, [1797, 8, 8] float32 in [0, 1] (0 is paper), and their digits, [1797] int64.

    Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits" (UCI), test set, in the
    order of scikit-learn's `load_digits`; grey levels 0 to 16 are divided by 16.
    """
    digits = load_digits()
    return (digits.images / 16).astype(np.float32), digits.target.astype(np.int64)


def deal(num_images: int, num_domains: int, seed: int) -> list[np.ndarray]:
    """Shuffle the images (stream `deal` of the seed) and give every n-th to the n-th domain.

    As DomainBed's MultipleEnvironmentMNIST: no image is in two domains, and sizes differ by at
    most one, the first domains being the larger.
    """
    order = numpy_stream(seed, "deal").permutation(num_images)
    return [order[start::num_domains] for start in range(num_domains)]


def digit_domains(
    domains: Sequence[str | int | float],
    seed: int,
    render: Callable[[int, np.ndarray, np.ndarray], np.ndarray],
    labels: np.ndarray | None = None,
    classes: tuple[str, ...] = DIGIT_NAMES,
) -> Dataset:
    """One domain a name, each with its own share of the images.

    Args:
        domains: the domains' names.
        seed: of the deal.
        render: from a domain's position, its images [num_images, 8, 8] and which scans they are
            [num_images] to its inputs [num_images, channels, 8, 8].
        labels: of all scans, [1797] int64; the digits where None.
        classes: names of the labels.

    Returns:
        rows `id` (`digits-0042`: scan 42, counted from 0), `label` and `domain`; tensor `x`,
        float32.

    Raises:
        ValueError: there is no domain, or one is named twice.
    """
    names = [domain_name(domain) for domain in domains]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"domains must be given, each once; got {names}")
    images, digits = scanned_digits()
    shares = deal(len(images), len(names), seed)
    sources = np.concatenate(shares)
    inputs = [render(position, images[share], share) for position, share in enumerate(shares)]
    rows = pa.table(
        {
            "id": pa.array([f"digits-{source:04d}" for source in sources]),
            "label": pa.array((digits if labels is None else labels)[sources]),
            "domain": pa.array(np.repeat(names, [len(share) for share in shares]).tolist()),
        }
    )
    x = torch.from_numpy(np.concatenate(inputs).astype(np.float32))
    return Dataset(rows=rows, tensors={"x": x}, classes=classes)
