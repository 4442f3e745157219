"""The steps of training an encoder of text, with its curve and its checkpoint."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.randomness import seed_globally, stable_seed, torch_stream
from heldout.runtime.training.fit import fit
from heldout.runtime.training.micro_batches import MicroLosses
from heldout.runtime.training.plan import Plan


def train_encoder(
    module: nn.Module,
    loss_at: Callable[[torch.Generator], Tensor | MicroLosses],
    plan: Plan,
    seed: int,
    checkpoint: Checkpoint,
) -> Table:
    """Train in place; the curve, metric `loss` by step.

    Args:
        module: all that is trained, on the device where it computes.
        loss_at: draws a minibatch with the generator and gives its loss, shape [], or those of its parts.
        plan: of the training.
        seed: of dropout and of the generator that `loss_at` is given.
        checkpoint: taken up where there is one, saved every few minutes.

    Raises:
        ValueError: the loss is not a finite number; the step is named.
    """
    generator = torch_stream(seed, "minibatches")
    seed_globally(stable_seed(seed, "dropout"))
    module.train()
    return fit(module, lambda step: loss_at(generator), plan, checkpoint=checkpoint, generator=generator)


def drawn_rows(count: int, batch_size: int, generator: torch.Generator) -> Tensor:
    """Rows of a minibatch, drawn without replacement where there are enough, on the device."""
    index = torch.randperm(count, generator=generator)[:batch_size]
    return index.to(compute_device())
