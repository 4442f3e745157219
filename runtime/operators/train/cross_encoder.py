"""Train a cross-encoder on scores of pairs."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model, Predictions
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.groups import Searched
from heldout.runtime.language.pair_labels import scores_of
from heldout.runtime.language.text_inputs import EncoderInput, joined, pair_tokens, special_tokens
from heldout.runtime.models.text_encoder import Pooling, encoder_model, restore_encoder
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.subtype import Of
from heldout.runtime.training.encoder_steps import drawn_rows, train_encoder
from heldout.runtime.training.micro_batches import MicroLosses, micro_losses
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.trained import Trained


@operator(seconds=5.0)
def cross_encoder(
    data: Annotated[Dataset, Use.ADAPTS, Of("pairs")],
    labels: Annotated[Predictions, Use.TRAINS, Of("scores")],
    start: Annotated[Model, Of("encoder", "bi-encoder", "cross-encoder")],
    *,
    checkpoint: Checkpoint,
    resources: Resources = NONE_ASKED,
    pooling: Pooling = "first",
    both_orders: bool = True,
    batch_size: Annotated[int, Field(ge=1)] = 32,
    plan: Annotated[Plan, Searched(learning_rate=loguniform(1e-5, 1e-3))] = Plan(
        300, 2e-5, "adamw", weight_decay=0.01, warmup=0.1, schedule="linear", clip=1.0
    ),
    seed: int = 0,
) -> Annotated[Trained, Of("cross-encoder")]:
    """Train a transformer that reads both sentences at once to give the scores of a teacher.

    Liu et al. 2022, "Trans-Encoder" (arXiv:2109.13059), section 2.2, bi- to cross-encoder: soft
    binary cross-entropy between the sigmoid of the output and the bi-encoder's cosine.
    Differs from the paper: the head is one linear layer on the pooled features, without the
    pooler's layer before it; the last step is kept, where the paper chooses the step by a
    development set with labels; scores are cut to [0, 1], since a cosine below 0 is no
    probability.

    Args:
        data: pairs. No label is seen.
        labels: a score for every pair, by its id: what the output is to be.
        start: a language model, a bi-encoder (whose weights are taken and given a fresh head), or
            a cross-encoder (whose head is kept).
        pooling: of a start that is no encoder yet.
        both_orders: every pair is read both ways, (a, b) and (b, a).
        batch_size: pairs in a minibatch.
        seed: of the head, the minibatches and dropout.

    Returns:
        model: a cross-encoder, in the hub's format, the head's weights beside its own.
        curve: metric `loss` by step, nats.

    Raises:
        ValueError: a pair has no label, `start` is no text encoder or was made for other special
            tokens, or the loss is not a finite number.
    """
    special = special_tokens(data.notes)
    device = compute_device()
    encoder = restore_encoder(start, pooling, special)
    if encoder.head is None:
        encoder.with_fresh_head(seed)
    encoder.to(device)
    one, other = pair_tokens(data)
    targets = torch.tensor(scores_of(data, labels)).clamp(0, 1)
    if both_orders:
        one, other, targets = torch.cat((one, other)), torch.cat((other, one)), targets.repeat(2)
    pairs, targets = joined(one, other, special).to(device), targets.to(device)

    def loss_of(rows: Tensor) -> Tensor:
        batch: EncoderInput = pairs.take(rows, special.padding)
        return nn.functional.binary_cross_entropy_with_logits(encoder.logit(batch), targets[rows])

    def loss_at(generator: torch.Generator) -> MicroLosses:
        rows = drawn_rows(len(targets), batch_size, generator)
        return micro_losses(loss_of, rows, resources.micro_batch)

    curve = train_encoder(encoder, loss_at, plan, seed, checkpoint)
    return Trained(encoder_model(encoder), curve)
