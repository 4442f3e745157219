"""What a transform is given and what it gives back, and how several are put after one another.

Supplied are one picture, [channels, height, width], floats in [0, 1], and a generator. What comes back is a
picture again, perhaps of another size. All draws come from that generator, which was made for this picture at
this step: how many workers there are, and what else is in a minibatch, changes none. What is supplied is left
as it is.

A picture comes from its file as bytes, uint8 in [0, 255]. A transform that says so (`takes_bytes`) is given
those, in whatever order they lie in memory, and gives bytes back or floats.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Concatenate, TypeVar

import torch
from torch import Generator, Tensor

from heldout.runtime.component import Listed, chosen
from heldout.runtime.pictures.pixels import as_floats

Transform = Callable[Concatenate[Tensor, Generator, ...], Tensor]
F = TypeVar("F", bound=Callable[..., Any])


def takes_bytes(function: F) -> F:
    """Declare that a transform takes pictures of bytes too: one that moves pixels, or resizes."""
    function.takes_bytes = True  # type: ignore[attr-defined]
    return function


class Transforms:
    """Transforms in order, as one."""

    def __init__(self, listed: Listed) -> None:
        """Choose them.

        Raises:
            ValueError: there is none of a name.
        """
        self.listed = tuple(listed)
        self._chosen = [chosen("transforms", one) for one in listed]

    def __bool__(self) -> bool:
        return bool(self._chosen)

    def __call__(self, picture: Tensor, generator: Generator) -> Tensor:
        """The picture after all of them; of bytes, where it was of bytes and they leave it so."""
        for transform in self._chosen:
            if not getattr(transform.function, "takes_bytes", False):
                picture = as_floats(picture)
            picture = transform(picture, generator)
        return picture

    def __reduce__(self) -> tuple[Any, ...]:
        return Transforms, (self.listed,)  # what was chosen is found anew in another process


def uniform(low: float, high: float, generator: Generator) -> float:
    """A number between two."""
    return low + (high - low) * torch.rand((), generator=generator, dtype=torch.float64).item()


def whole(low: int, high: int, generator: Generator) -> int:
    """A whole number from `low` to `high`, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))


@contextmanager
def drawing_from(generator: Generator) -> Iterator[None]:
    """What a library draws from torch's global generator is decided by this one, and the other left alone."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(int(torch.randint(2**62, (), generator=generator)))
        yield


def at_severity(severity: int, values: Sequence[Any]) -> Any:
    """What a severity from 1 to 5 stands for.

    Raises:
        ValueError: there is no such severity.
    """
    if not 1 <= severity <= len(values):
        raise ValueError(f"severities are 1 to {len(values)}, not {severity}")
    return values[severity - 1]
