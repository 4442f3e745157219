"""A causal language model trained on rows of tokens: what it begins with, its minibatches and losses."""

from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor

from heldout.runtime.artifacts import Model, Table
from heldout.runtime.asking.learnt_tokens import TokenRows
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.hub.reading import IN_FLOAT32, Reading
from heldout.runtime.language_training.in_parts import looked_at, put_in_parts
from heldout.runtime.language_training.token_batches import Batching, laid
from heldout.runtime.language_training.token_losses import learnt_loss
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.hub_language_model import HubLanguageModel
from heldout.runtime.models.language_model import (
    Network,
    build_language_model,
    described_network,
    restore_language_model,
)
from heldout.runtime.models.tuned import merge_in_place
from heldout.runtime.randomness import stable_seed
from heldout.runtime.training.fit import fit
from heldout.runtime.training.micro_batches import MicroLosses, micro_losses
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.together import ranks_of


def begun(
    start: Model | None, network: Network, vocabulary: int, seed: int, reading: Reading = IN_FLOAT32
) -> tuple[CausalNetwork, Network, int]:
    """What training begins with: the module, its description, and how many tokens it knows.

    Args:
        start: weights to begin with; of a tuned model its base, with the adapter merged into it.
        network: of a fresh one, as a study writes it.
        vocabulary: tokens that it has to know.
        seed: of fresh weights.
        reading: of weights to begin with, where they are of transformers.

    Raises:
        ValueError: the weights to begin with do not know so many tokens.
    """
    if start is None:
        return build_language_model(network, vocabulary, seed), network, vocabulary
    network, known = described_network(start)
    if known < vocabulary:
        raise ValueError(f"the model to start from knows {known} tokens, the data have {vocabulary}")
    module = restore_language_model(start, reading)
    merge_in_place(module)
    return module.requires_grad_(True), network, known


def train_on_rows(
    module: CausalNetwork,
    rows: TokenRows,
    plan: Plan,
    batching: Batching,
    seed: int,
    checkpoint: Checkpoint,
    micro_batch: int | None,
    in_parts: bool = False,
) -> Table:
    """Train what takes gradients, in place, together with the other processes of the job.

    Args:
        module: which moves to the device of the task.
        rows: to learn.
        plan: of the training.
        batching: of the rows.
        seed: of the minibatches and of dropout.
        checkpoint: of the task.
        micro_batch: rows that go through the network at once, in each process; None: all.
        in_parts: each process holds a part of the weights.

    Returns:
        metric `loss` by step, the mean over a minibatch's learnt tokens, nats.

    Raises:
        ValueError: packed rows see each other in the network; it cannot recompute, or lie in parts; a row is
            longer than a batch; the loss is not a finite number.
    """
    device = compute_device()
    module.eval()
    if in_parts:
        put_in_parts(module, device, plan)
    else:
        module.to(device)
    with looked_at(module, device, plan) if in_parts else nullcontext():
        if batching.pack:
            check_packing(module)
        head = module.plain_head() if isinstance(module, HubLanguageModel) else None
    module.train()
    torch.manual_seed(stable_seed(seed, "dropout"))
    ranks = ranks_of(module)
    batches = batching.rows(rows.lengths, seed)

    def mean_loss(numbers: Tensor) -> Tensor:
        return learnt_loss(module, laid(rows, numbers.numpy(), batching.pack, device), head)

    def losses_at(step: int) -> MicroLosses:
        numbers = batches.at(step)
        learnt = [int(rows.row(number)[1].sum()) for number in numbers.tolist()]
        lacking = max(ranks.count - len(numbers), 0)  # rows that count nothing: every process has one
        numbers = np.concatenate([numbers, numbers[:1].repeat(lacking)])
        weights = torch.tensor(learnt + [0] * lacking)
        return micro_losses(mean_loss, torch.from_numpy(numbers), micro_batch, ranks, weights)

    return fit(module, losses_at, plan, checkpoint=checkpoint, ranks=ranks)


def check_packing(module: CausalNetwork) -> None:
    """See that rows which are packed into one do not see each other.

    Raises:
        ValueError: they do, or the network reads no packed rows.
    """
    if not isinstance(module, HubLanguageModel):
        raise ValueError("`pack` is for networks of transformers, which this one is not: set `pack: false`")
    if not module.tells_packed_rows_apart():
        kind = module.model.config.model_type
        raise ValueError(f"rows that are packed into one see each other in {kind!r}: set `pack: false`")
