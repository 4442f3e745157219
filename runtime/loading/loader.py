"""Minibatches in the order of a schedule, by torch's DataLoader, on a device."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Sampler

from heldout.runtime.loading.examples import Draw, Examples, Failure

T = TypeVar("T")


class Schedule(Sampler[list[Draw]]):
    """Which examples come together, minibatch by minibatch."""

    def __init__(self, minibatches: Iterable[list[Draw]]) -> None:
        self._minibatches = minibatches

    def __iter__(self) -> Iterator[list[Draw]]:
        return iter(self._minibatches)


def load(
    examples: Examples, minibatches: Iterable[list[Draw]], device: torch.device, workers: int = 0
) -> Iterator[Tensor]:
    """The inputs of minibatches, [batch, ...] each, on the device; no more than a few are held at a time.

    Workers are forked: what the data are mapped from is shared. They draw nothing of their own, and
    minibatches come in the schedule's order, so that any number of workers gives the same bits.

    Args:
        examples: to read.
        minibatches: in order.
        device: to which they go; a GPU is sent them from pinned memory, while it computes.
        workers: processes that read ahead, two minibatches each; 0: they are read when they are asked for.

    Raises:
        ValueError: an example cannot be read; the row is named.
        RuntimeError: a worker ended, such as for want of memory.
    """
    loader: DataLoader[Tensor] = DataLoader(
        examples,
        batch_sampler=Schedule(minibatches),
        num_workers=workers,
        collate_fn=_as_it_is,
        pin_memory=device.type == "cuda",
        # Its own draws, which nothing reads, are not taken from the global generator.
        generator=torch.Generator(),
    )
    read = iter(loader)
    for count in range(2**62):
        try:
            found: Tensor | Failure = next(read)
        except StopIteration:
            return
        except RuntimeError as error:
            if "worker" not in str(error):
                raise
            raise RuntimeError(
                f"a process that reads examples ended at minibatch {count} of this run: {error}; with "
                "`workers: 0` the task itself would say what of"
            ) from error
        if isinstance(found, Failure):
            raise ValueError(found.why)
        inputs = examples.ready(found.to(device, non_blocking=True))
        del found  # bytes are not kept beside the floats that were made of them
        yield inputs


def _as_it_is(found: T) -> T:
    return found
