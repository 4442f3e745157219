"""The processes that train one model together, as the loop sees them: here, one alone."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from torch import Tensor

from heldout.runtime.checkpoint import Checkpoint

if TYPE_CHECKING:
    from heldout.runtime.training.updates import Updates


class Ranks:
    """One process alone. Those of several say the same of all of them, and take their parts.

    Gradients are means over the processes, as DDP and FSDP take them: a process's loss counts `count` times.

    Attributes:
        number: of this process.
        count: of all.
        sharded: whether each has a part of the weights.
    """

    number: int = 0
    count: int = 1
    sharded: bool = False

    def own(self, rows: Tensor) -> Tensor:
        """This process's part of a minibatch of all, [batch_size, …]."""
        return rows

    def held(self, trained: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """What this process moves of the weights, by the same names: tensors with gradients of their own."""
        return trained

    def keeping(self, checkpoint: Checkpoint, updates: "Updates") -> Checkpoint:
        """The task's checkpoint, as these processes write and read it."""
        return checkpoint

    def begin(self, step: int) -> None:
        """Before a step: each of several processes draws numbers of its own, by the step."""

    def gathering(self, last: bool) -> AbstractContextManager[object]:
        """Around the loss of a micro-batch and its way back.

        Args:
            last: of the step: gradients go round with it, and with no other.
        """
        return nullcontext()

    def clip(self, parameters: Sequence[Tensor], norm: float) -> None:
        """Clip the gradients of all that is trained, of which this process may hold a part."""
        from torch.nn.utils import clip_grad_norm_

        clip_grad_norm_(parameters, norm)

    def total(self, value: Tensor) -> Tensor:
        """The sum over all processes, shape []."""
        return value

    def finish(self) -> None:
        """After the last step: nothing is written any more."""

    def agreed(self, value: bool) -> bool:
        """Whether any process says so: what all of them then do at the same step."""
        return value


ALONE = Ranks()
