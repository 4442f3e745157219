"""A minibatch of several domains in parts, each small enough for the memory of a device."""

from collections.abc import Callable
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.distributed import world


def parts_of(batch: Batch, micro_batch: int | None) -> list[Batch]:
    """The minibatch in parts of like sizes, with as many rows of each domain.

    Args:
        batch: of all processes.
        micro_batch: rows, of all domains together, that a process takes at a time, one of each domain at
            least; None: all.
    """
    num_domains, batch_size = batch.y.shape[:2]
    at_once = batch_size if micro_batch is None else max(1, micro_batch * world().size // num_domains)
    count = -(-batch_size // at_once)
    if count <= 1:
        return [batch]
    x, y = batch.x.tensor_split(count, dim=1), batch.y.tensor_split(count, dim=1)
    targets = [None] * count if batch.targets is None else batch.targets.tensor_split(count, dim=1)
    return [Batch(*part) for part in zip(x, y, targets, strict=True)]


def refuse_parts(objective: Callable[..., Any], module: nn.Module) -> None:
    """See that a minibatch has the loss of its parts.

    Raises:
        ValueError: its rows have no loss of their own.
    """
    if not getattr(objective, "mean_over_rows", False):
        name = getattr(objective, "func", objective).__name__
        raise ValueError(
            f"{name} is no mean over rows, and takes a minibatch at once: ask for no `micro_batch`"
        )
    if any(isinstance(part, _BatchNorm) and part.training for part in module.modules()):
        raise ValueError(
            "batch norm takes its statistics of a whole minibatch: ask for no `micro_batch`, or freeze it"
        )
