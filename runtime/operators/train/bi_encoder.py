"""Train a bi-encoder on scores of pairs."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model, Predictions
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.groups import Searched
from heldout.runtime.language.pair_labels import scores_of
from heldout.runtime.language.text_inputs import pair_tokens, single, special_tokens
from heldout.runtime.models.text_encoder import Pooling, encoder_model, restore_encoder
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.subtype import Of
from heldout.runtime.training.encoder_steps import drawn_rows, train_encoder
from heldout.runtime.training.micro_batches import MicroLosses, micro_losses
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.trained import Trained


@operator(seconds=5.0)
def bi_encoder(
    data: Annotated[Dataset, Use.ADAPTS, Of("pairs")],
    labels: Annotated[Predictions, Use.TRAINS, Of("scores")],
    start: Annotated[Model, Of("encoder", "bi-encoder", "cross-encoder")],
    *,
    checkpoint: Checkpoint,
    resources: Resources = NONE_ASKED,
    pooling: Pooling = "first",
    batch_size: Annotated[int, Field(ge=1)] = 128,
    plan: Annotated[Plan, Searched(learning_rate=loguniform(1e-5, 1e-3))] = Plan(
        300, 5e-5, "adamw", weight_decay=0.01, schedule="linear", clip=1.0
    ),
    seed: int = 0,
) -> Annotated[Trained, Of("bi-encoder")]:
    """Train a transformer whose cosine of two sentences, read apart, gives the scores of a teacher.

    Liu et al. 2022, "Trans-Encoder" (arXiv:2109.13059), section 2.3, cross- to bi-encoder: the
    mean squared error between the cosine and the cross-encoder's score.
    Differs from the paper: the last step is kept, where the paper chooses the step by a
    development set with labels.

    Args:
        data: pairs. No label is seen.
        labels: a score for every pair, by its id: what the cosine is to be.
        start: a language model, a bi-encoder, or a cross-encoder, whose head is then left out.
        pooling: of a start that is no encoder yet.
        batch_size: pairs in a minibatch.
        seed: of the minibatches and dropout.

    Returns:
        model: a bi-encoder, in the hub's format.
        curve: metric `loss` by step.

    Raises:
        ValueError: a pair has no label, `start` is no text encoder or was made for other special
            tokens, or the loss is not a finite number.
    """
    special = special_tokens(data.notes)
    device = compute_device()
    encoder = restore_encoder(start, pooling, special).to(device)
    encoder.head = None
    one, other = (single(tokens, special).to(device) for tokens in pair_tokens(data))
    targets = torch.tensor(scores_of(data, labels), device=device)

    def loss_of(rows: Tensor) -> Tensor:
        cosine = encoder.cosine(one.take(rows, special.padding), other.take(rows, special.padding))
        return nn.functional.mse_loss(cosine, targets[rows])

    def loss_at(generator: torch.Generator) -> MicroLosses:
        rows = drawn_rows(len(targets), batch_size, generator)
        return micro_losses(loss_of, rows, resources.micro_batch)

    curve = train_encoder(encoder, loss_at, plan, seed, checkpoint)
    return Trained(encoder_model(encoder), curve)
