"""All inputs of data in their order, in minibatches that are bounded by memory."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.tensors import Tensors
from heldout.runtime.component import Listed
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.loading.examples import Draw, Examples
from heldout.runtime.loading.loader import load

WHOLE_BYTES = 2**31  # of inputs: so many may lie in memory, and on a device, as a whole
AT_ONCE_BYTES = 2**28  # of the inputs of one minibatch that is scored

SCORING = -1  # the step of draws that belong to none


def lies_in_memory(data: Dataset, transforms: Transforms) -> bool:
    """Whether inputs are taken as one tensor: small ones of one shape that nothing is done to."""
    shape = data.input_shape
    return shape is not None and not transforms and _nbytes(data, shape) <= WHOLE_BYTES


def prepared_shape(data: Dataset, transforms: Transforms) -> tuple[int, ...]:
    """The shape of one input after transforms: of the first one, where that is not known.

    Raises:
        ValueError: it cannot be read, or there is none.
    """
    known = data.input_shape
    if known is not None and not transforms:
        return tuple(known)
    if not len(data):
        raise ValueError("there are no examples")
    return tuple(Examples(data, transforms, 0)[Draw(SCORING, 0)].shape)


def inputs_in_order(
    data: Dataset,
    shape: tuple[int, ...],
    preprocess: Listed,
    batch_size: int,
    device: torch.device,
    workers: int = 0,
) -> Iterator[Tensor]:
    """All inputs, [batch, *shape] at a time, on the device.

    Args:
        data: with a tensor `x`, or encoded pictures.
        shape: of one input as the network takes it.
        preprocess: transforms of each, in order; what they draw is a function of the row.
        batch_size: at a time; the last may be fewer.
        device: of the network.
        workers: processes that read ahead.

    Raises:
        ValueError: inputs are of another shape, or one cannot be read.
    """
    if not len(data):
        return
    transforms = Transforms(preprocess)
    if (have := prepared_shape(data, transforms)) != tuple(shape):
        raise ValueError(f"the model takes inputs of shape {list(shape)}, the data have {list(have)}")
    if lies_in_memory(data, transforms):
        for x in data.x.split(batch_size):
            yield x.to(device)
        return
    parts = (
        [Draw(SCORING, row) for row in range(first, min(first + batch_size, len(data)))]
        for first in range(0, len(data), batch_size)
    )
    yield from load(Examples(data, transforms, 0), parts, device, workers)


def at_once(batch_size: int, shape: tuple[int, ...]) -> int:
    """How many inputs are scored at a time: as asked, or fewer where they would take `AT_ONCE_BYTES`."""
    return min(batch_size, max(1, AT_ONCE_BYTES // (4 * math.prod(shape))))


def _nbytes(data: Dataset, shape: tuple[int, ...]) -> int:
    """What the inputs take as a tensor; of encoded pictures, once they are decoded."""
    if "x" in data.tensors:
        return Tensors.of(data.tensors).members["x"].nbytes
    return 4 * math.prod(shape) * len(data)
