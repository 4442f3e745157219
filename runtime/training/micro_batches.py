"""A step's minibatch in parts, each small enough for the memory of a device."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from heldout.runtime.training.ranks import ALONE, Ranks

MicroLosses = Sequence[Callable[[], Tensor]]  # each computes its part of a step's loss; their sum is the loss


def micro_losses(
    loss_of: Callable[[Tensor], Tensor],
    rows: Tensor,
    micro_batch: int | None,
    ranks: Ranks = ALONE,
    weights: Tensor | None = None,
) -> MicroLosses:
    """The loss of a minibatch in parts, for a loss that is a mean over rows, or over what they hold.

    The parts sum to the loss of all rows up to rounding, so long as no row's loss depends on the others:
    batch norm takes other statistics of a part, and contrastive losses compare rows.

    Args:
        loss_of: the mean loss of some rows, shape [].
        rows: of the minibatch of all processes, [batch_size], in any form that `loss_of` takes.
        micro_batch: rows that are computed at a time; None: all.
        ranks: the processes that train together, each of which takes its part of the rows.
        weights: how much each row counts, [batch_size], such as its number of answers' tokens; None: alike.
    """
    counted = torch.ones(len(rows)) if weights is None else weights.to(torch.float32)
    whole = float(counted.sum())
    own, own_counted = ranks.own(rows), ranks.own(counted)
    size = micro_batch or max(len(own), 1)
    if len(own) == len(rows) and size >= len(rows):
        return [partial(loss_of, rows)]
    parts = zip(own.split(size), own_counted.split(size), strict=True)
    losses = [partial(_share, loss_of, part, float(count.sum()) / whole) for part, count in parts]
    if ranks.sharded and micro_batch is not None:  # weights come together for each part: all have as many
        most = -(-len(rows) // ranks.count)  # rows of a process
        losses += [partial(_share, loss_of, own[:1], 0.0)] * (-(-most // micro_batch) - len(losses))
    return losses


def _share(loss_of: Callable[[Tensor], Tensor], rows: Tensor, share: float) -> Tensor:
    return loss_of(rows) * share
