"""Rotated images: any images, dealt to domains, one an angle."""

from typing import Annotated

import numpy as np
import pyarrow as pa
import torch
from scipy.ndimage import rotate

from heldout.runtime.artifacts import Dataset
from heldout.runtime.images.digits import deal
from heldout.runtime.operator import operator
from heldout.runtime.operators.data.images.rotated_digits import ROTATED_MNIST_ANGLES
from heldout.runtime.rows.domains import domain_name
from heldout.runtime.subtype import Of, SameAs


@operator(seconds=20.0)
def rotated_images(
    data: Annotated[Dataset, Of("images", "captioned images")],
    *,
    angles: list[int | float] = ROTATED_MNIST_ANGLES,
    seed: int = 0,
) -> Annotated[Dataset, SameAs("data")]:
    """Images of any data set, shuffled and dealt to domains, each rotated by the angle of its domain.

    Ghifary et al. 2015, "Domain Generalization for Object Recognition with Multi-task
    Autoencoders" (arXiv:1508.07680), Rotated MNIST, as dealt by DomainBed (arXiv:2007.01434): no
    image is in two domains.
    Differs from the paper: bilinear instead of bicubic interpolation.

    Args:
        data: images, `x` [num_rows, channels, height, width] with 0 for the background.
        angles: degrees, counter-clockwise, one domain each; the domain's name is the angle.
        seed: of the shuffle that deals the images.

    Returns:
        the same rows in the order of their domains, with the column `domain`.

    Raises:
        ValueError: the data are no images, or no angle is given, or one twice.
    """
    names = [domain_name(angle) for angle in angles]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"angles must be given, each once; got {names}")
    if data.x.ndim != 4:
        raise ValueError(f"images have 4 dimensions with the row, these have {data.x.ndim}")
    shares = deal(len(data), len(names), seed)
    turned = [
        rotate(data.x[share].numpy(), angle, axes=(3, 2), reshape=False, order=1, mode="grid-constant")
        for angle, share in zip(angles, shares, strict=True)
    ]
    dealt = data.take(np.concatenate(shares))
    others = [name for name in dealt.rows.column_names if name != "domain"]
    domains = np.repeat(names, [len(share) for share in shares]).tolist()
    return Dataset(
        rows=dealt.rows.select(others).append_column("domain", pa.array(domains)),
        tensors={**dealt.tensors, "x": torch.from_numpy(np.concatenate(turned))},
        classes=data.classes,
        notes=data.notes,
    )
