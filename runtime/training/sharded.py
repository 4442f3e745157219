"""The processes that train one model together, each with a part of its weights and of every minibatch."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.distributed import mean_gradients, total
from heldout.runtime.training.sharded_checkpoint import ShardedCheckpoint
from heldout.runtime.training.together import Together
from heldout.runtime.training.updates import Updates


class Sharded(Together):
    """Several processes among which the weights that `shard` has cut lie, with all that goes with each.

    Rajbhandari et al. 2020, "ZeRO" (arXiv:1910.02054), stage 3, by torch's FSDP2. The optimizer moves a
    process's own rows as tensors of their own: its moments, averages and checkpoints are of these.
    Differs from what FSDP2 can do: gradients go round with every micro-batch, and not with the last one
    alone, since until then each process would hold whole ones.
    """

    sharded = True

    def __init__(self, trained: Mapping[str, Tensor]) -> None:
        """
        Args:
            trained: the weights by name, of which some are whole in every process.
        """
        self._cut = {name: weight for name, weight in trained.items() if isinstance(weight, DTensor)}
        self._whole = [weight for weight in trained.values() if not isinstance(weight, DTensor)]
        super().__init__(self._whole)
        with torch.no_grad():
            parts = {name: weight.to_local() for name, weight in self._cut.items()}
        self._parts = {name: part.detach().requires_grad_() for name, part in parts.items()}
        self._checkpoint: ShardedCheckpoint | None = None

    def held(self, trained: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        return {name: self._parts.get(name, weight) for name, weight in trained.items()}

    def keeping(self, checkpoint: Checkpoint, updates: Updates) -> Checkpoint:
        """As above.

        Raises:
            ValueError: the optimizer looks at more of a weight than one element at a time.
        """
        if isinstance(updates.optimizer, torch.optim.Adafactor):
            raise ValueError(
                "adafactor looks at whole matrices, of which each process has some rows: take adamw, or "
                "leave `sharded` out"
            )
        rows = {name: len(weight) for name, weight in self._cut.items()}
        self._checkpoint = ShardedCheckpoint(checkpoint, self._parts, rows, updates.weight_of)
        return self._checkpoint

    @contextmanager
    def gathering(self, last: bool) -> Iterator[None]:
        yield
        if not last:
            return
        mean_gradients(self._whole)
        for name, weight in self._cut.items():
            gradient, weight.grad = weight.grad, None
            self._parts[name].grad = None if gradient is None else gradient.to_local()  # type: ignore[attr-defined]

    def clip(self, parameters: Sequence[Tensor], norm: float) -> None:
        """By the norm of all gradients: the squares of the parts' are added up over the processes."""
        parts = {id(part) for part in self._parts.values()}
        cut = [one.grad for one in parameters if one.grad is not None and id(one) in parts]
        whole = [one.grad for one in parameters if one.grad is not None and id(one) not in parts]
        square = total(get_total_norm(cut).square()) + get_total_norm(whole).square()
        clip_grads_with_norm_(parameters, norm, square.sqrt())

    def finish(self) -> None:
        if self._checkpoint is not None:
            self._checkpoint.finish()
