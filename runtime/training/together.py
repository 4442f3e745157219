"""The processes that train one model together, each with the whole of it and a share of every minibatch.

What torch's DistributedDataParallel does, without its wrapping: losses here call parts of a module, or the
module by other weights, which a wrapper's forward pass would not see. Gradients are sent once a step, after
the way back and not during it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from heldout.runtime.distributed import largest, mean_gradients, share, total, world
from heldout.runtime.randomness import stable_seed
from heldout.runtime.training.ranks import ALONE, Ranks


class Together(Ranks):
    """Several processes, each of which holds all weights."""

    def __init__(self, trained: Sequence[Tensor]) -> None:
        """
        Args:
            trained: the weights whose gradients go round.
        """
        here = world()
        self.number, self.count = here.rank, here.size
        self._trained = trained
        self._seed = torch.initial_seed()  # as the operator has set it, in all processes

    def own(self, rows: Tensor) -> Tensor:
        if len(rows) < self.count:
            raise ValueError(
                f"{self.count} processes share a minibatch of {len(rows)}: some would have none of it"
            )
        places = share(len(rows))
        return rows[places.start : places.stop]

    def begin(self, step: int) -> None:
        seed = stable_seed(self._seed, "process", str(self.number), str(step))
        torch.default_generator.manual_seed(seed)
        if torch.cuda.is_available():
            torch.cuda.manual_seed(seed)

    @contextmanager
    def gathering(self, last: bool) -> Iterator[None]:
        yield
        if last:
            mean_gradients(self._trained)

    def total(self, value: Tensor) -> Tensor:
        return total(value)

    def agreed(self, value: bool) -> bool:
        return largest(int(value)) > 0


def ranks_of(trained: nn.Module | Mapping[str, Tensor]) -> Ranks:
    """The processes that train these weights: as many as the job has, with parts of those that are sharded.

    Raises:
        ValueError: the module has batch norm, whose statistics each process would take of its own share.
    """
    if world().size == 1:
        return ALONE
    from torch.distributed.tensor import DTensor  # costs a second

    if isinstance(trained, nn.Module):
        refuse_batch_norm(trained)
    named = dict(trained.named_parameters()) if isinstance(trained, nn.Module) else trained
    moved = {name: weight for name, weight in named.items() if weight.requires_grad}
    if any(isinstance(weight, DTensor) for weight in moved.values()):
        from heldout.runtime.training.sharded import Sharded

        return Sharded(moved)
    return Together(list(moved.values()))


def refuse_batch_norm(module: nn.Module) -> None:
    """See that no part of a module takes statistics of a minibatch, of which this process has a share.

    Raises:
        ValueError: one does, and there are several processes.
    """
    if world().size > 1 and any(isinstance(part, _BatchNorm) for part in module.modules()):
        raise ValueError(
            "batch norm takes its statistics of a whole minibatch, of which each process has a share: "
            "train such a network on one GPU"
        )
