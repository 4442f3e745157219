"""Examples one by one: read, decoded and transformed, each as its own draws say."""

import logging
import time
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.pictures.pixels import as_floats
from heldout.runtime.randomness import stable_seed

log = logging.getLogger("heldout.runtime.loading")

SLOW_SECONDS = 10.0  # of one example, after which the log names it
IMAGE = "image"


class Draw(NamedTuple):
    """An example of a minibatch. What is drawn for it is a function of this and of the task's seed.

    Attributes:
        step: at which it is drawn.
        row: of the data.
        again: how often the row stands in the minibatch before.
    """

    step: int
    row: int
    again: int = 0


class Failure(NamedTuple):
    """Why an example cannot be read; it travels from a worker as a value, and keeps its words."""

    why: str


class Examples(torch.utils.data.Dataset[Tensor]):
    """The inputs of data, for torch's DataLoader: a list of draws gives one tensor, or a failure."""

    def __init__(self, data: Dataset, transforms: Transforms, seed: int) -> None:
        """Take examples of data.

        Args:
            data: with a tensor `x`, or with encoded pictures.
            transforms: of each picture, in order.
            seed: of their draws.
        """
        self._data, self._transforms, self._seed = data, transforms, seed
        self._pictures = None if "x" in data.tensors else data.encoded[IMAGE]
        self._ids = data.column("id")

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, draw: Draw) -> Tensor:
        """One input, transformed; a picture may be of bytes still, which `ready` makes floats of.

        Raises:
            ValueError: it cannot be read; the row is named.
        """
        began = time.monotonic()
        generator = torch.Generator().manual_seed(
            stable_seed(self._seed, "transforms", str(draw.step), str(draw.row), str(draw.again))
        )
        try:
            picture = self._transforms(self._read(draw.row), generator)
        except (ValueError, OSError, RuntimeError) as error:
            raise ValueError(f"{self._named(draw.row)} cannot be read or transformed: {error}") from error
        if (seconds := time.monotonic() - began) > SLOW_SECONDS:
            log.warning("%s took %.0f s to read and transform", self._named(draw.row), seconds)
        return picture

    def __getitems__(self, draws: Sequence[Draw]) -> Tensor | Failure:
        """The inputs of a minibatch, [len(draws), ...], before they are `ready`."""
        if self._pictures is None and not self._transforms:
            return self._data.at("x", [draw.row for draw in draws])
        found: Tensor | None = None
        for place, draw in enumerate(draws):
            try:
                picture = self[draw]
            except ValueError as error:
                return Failure(str(error))
            if found is None:
                found = torch.empty((len(draws), *picture.shape), dtype=picture.dtype)
            if picture.shape != found.shape[1:]:
                others = f"is {list(picture.shape)} and others are {list(found.shape[1:])}"
                hint = "bring all to one size, as by `preprocess: [{resize: {size: 224}}]`"
                return Failure(f"{self._named(draw.row)} {others}: {hint}")
            if picture.dtype != found.dtype:  # pictures of 8 bits and of more
                picture, found = as_floats(picture), as_floats(found)
            found[place] = picture
        return torch.empty(0) if found is None else found

    def ready(self, inputs: Tensor) -> Tensor:
        """Inputs of a minibatch, wherever they lie, as a network takes them: of bytes floats in [0, 1]."""
        return inputs if self._pictures is None else as_floats(inputs)

    def _read(self, row: int) -> Tensor:
        if self._pictures is None:
            x = self._data.at("x", [row])[0]
            if self._transforms and not (x.ndim == 3 and x.is_floating_point()):
                raise ValueError(f"transforms take pictures [channels, height, width], not {list(x.shape)}")
            return x
        from heldout.runtime.pictures.files import image_pixels  # Pillow, where pictures are decoded

        return image_pixels(self._pictures[row], "it", self._pictures.media.mode)

    def _named(self, row: int) -> str:
        return f"row {row} ({self._ids[row]})"
