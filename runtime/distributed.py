"""The processes that compute one task together: which of them this is, and what they tell each other.

An operator that is declared with `@operator(distributed=True)` runs in as many processes as its stage asks
for, one a GPU. Each is given the same inputs and parameters, takes its share of the rows of every minibatch,
and returns the same outputs, of which those of rank 0 are kept. In one process all of this is as if it were
not there.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed

T = TypeVar("T")

BUCKET_BYTES = 25 * 2**20  # of gradients that are sent together, as DistributedDataParallel has it


@dataclass(frozen=True)
class World:
    """The processes of a job, as the variables say that torchrun and heldout set.

    Attributes:
        rank: of this process, from 0.
        size: how many there are, on all machines.
        local_rank: of this process on its machine: the number of its GPU.
        nodes: how many machines there are.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    nodes: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0


def world() -> World:
    """The world that this process is in: of one process, where nobody joined any."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return World()
    size = distributed.get_world_size()
    here = int(os.environ.get("LOCAL_WORLD_SIZE", size))
    local = int(os.environ.get("LOCAL_RANK", 0))
    return World(distributed.get_rank(), size, local, max(1, size // here))


def share(count: int) -> range:
    """The positions of a minibatch's rows, or of any rows, that are this process's: one run of them each.

    The shares of all ranks are all of them, in order, and differ by one at most.
    """
    here = world()
    return range(count * here.rank // here.size, count * (here.rank + 1) // here.size)


def total(value: float | Tensor) -> Tensor:
    """The sum over all processes of a number or of tensors of one shape; without gradients."""
    tensor = torch.as_tensor(value).detach().clone()
    if world().size > 1:
        distributed.all_reduce(tensor)
    return tensor


def largest(value: int) -> int:
    """The largest of all processes' numbers."""
    if world().size == 1:
        return value
    tensor = torch.tensor(value)
    distributed.all_reduce(tensor, op=distributed.ReduceOp.MAX)
    return int(tensor)


def gathered(value: T) -> list[T]:
    """What each process has, by rank: any value that can be pickled, of our own processes alone."""
    size = world().size
    if size == 1:
        return [value]
    found: list[Any] = [None] * size
    distributed.all_gather_object(found, value)
    return found


def in_order(parts: Sequence[Sequence[T]]) -> list[T]:
    """The rows of all shares, one after the other."""
    return [row for part in parts for row in part]


class _Rows(torch.autograd.Function):
    """The rows of all shares; on the way back each process's rows have the gradients of all."""

    @staticmethod
    def forward(context: Any, own: Tensor, count: int) -> Tensor:
        here = world()
        context.places = share(count)
        most = -(-count // here.size)
        padded = own.new_zeros((most, *own.shape[1:]))
        padded[: len(own)] = own
        parts = [torch.empty_like(padded) for _ in range(here.size)]
        distributed.all_gather(parts, padded)
        sizes = [count * (rank + 1) // here.size - count * rank // here.size for rank in range(here.size)]
        return torch.cat([part[:size] for part, size in zip(parts, sizes, strict=True)])

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        gradient = gradients[0].contiguous().clone()
        distributed.all_reduce(gradient)
        return gradient[context.places.start : context.places.stop], None


def with_others(own: Tensor, count: int) -> Tensor:
    """The rows of all processes in order, of which this one has computed its share.

    What is computed of them is the same everywhere, and so is its loss, which then counts `world().size`
    times; `mean_gradients` puts that right. It is differentiable once, and not twice.

    Args:
        own: rows of `share(count)`, [share, ...].
        count: of all rows.
    """
    if world().size == 1:
        return own
    rows: Tensor = _Rows.apply(own, count)  # type: ignore[no-untyped-call]
    return rows


def mean_gradients(parameters: Iterable[Tensor]) -> None:
    """Replace the gradients of every process by their mean over all, in place.

    Where each process's loss is its rows' part of the whole minibatch's (the sum over its rows, divided by
    what the whole minibatch divides by), `world().size` times, the mean is the gradient of the whole
    minibatch, however uneven the shares are. A parameter with no gradient counts as 0, unless it has none
    anywhere.
    """
    if world().size == 1:
        return
    own = list(parameters)
    for bucket in _buckets(own):
        _add(bucket)


def _buckets(parameters: Sequence[Tensor]) -> Iterable[list[Tensor]]:
    """Parameters of one type and device, as many as are sent together."""
    kinds: dict[tuple[torch.dtype, torch.device], list[Tensor]] = {}
    sizes: dict[tuple[torch.dtype, torch.device], int] = {}
    for parameter in parameters:
        kind = (parameter.dtype, parameter.device)
        kinds.setdefault(kind, []).append(parameter)
        sizes[kind] = sizes.get(kind, 0) + parameter.numel() * parameter.element_size()
        if sizes[kind] >= BUCKET_BYTES:
            sizes[kind] = 0
            yield kinds.pop(kind)
    yield from kinds.values()


def _add(bucket: Sequence[Tensor]) -> None:
    """One sum for all: the gradients one after the other, and whether each is there anywhere."""
    there = [0.0 if parameter.grad is None else 1.0 for parameter in bucket]
    parts = [
        torch.zeros_like(parameter).flatten() if parameter.grad is None else parameter.grad.flatten()
        for parameter in bucket
    ]
    flat = torch.cat([*parts, torch.tensor(there, dtype=parts[0].dtype, device=parts[0].device)])
    distributed.all_reduce(flat)
    anywhere = flat[-len(there) :].tolist()
    flat /= world().size
    place = 0
    for parameter, count in zip(bucket, anywhere, strict=True):
        gradient = flat[place : place + parameter.numel()].view_as(parameter)
        place += parameter.numel()
        if count:
            parameter.grad = gradient.clone()
