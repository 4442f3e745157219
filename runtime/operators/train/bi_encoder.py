"""Train a bi-encoder on scores of pairs."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model, Predictions
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import Precision, compute_device
from heldout.runtime.language.pair_labels import scores_of
from heldout.runtime.language.text_inputs import pair_tokens, single, special_tokens
from heldout.runtime.models.text_encoder import Pooling, encoder_model, restore_encoder
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.subtype import Of
from heldout.runtime.training.encoder_steps import drawn_rows, train_encoder
from heldout.runtime.training.options import AS_USUAL, TrainingOptions
from heldout.runtime.training.plan import Optimizer, Plan, Schedule
from heldout.runtime.training.trained import Trained


@operator(seconds=5.0)
def bi_encoder(
    data: Annotated[Dataset, Use.ADAPTS, Of("pairs")],
    labels: Annotated[Predictions, Use.TRAINS, Of("scores")],
    start: Annotated[Model, Of("encoder", "bi-encoder", "cross-encoder")],
    *,
    checkpoint: Checkpoint,
    pooling: Pooling = "first",
    steps: Annotated[int, Field(ge=0)] = 300,
    batch_size: Annotated[int, Field(ge=1)] = 128,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-5, 1e-3)] = 5e-5,
    warmup: Annotated[float, Field(ge=0, le=1)] = 0.0,
    weight_decay: Annotated[float, Field(ge=0)] = 0.01,
    optimizer: Optimizer = "adamw",
    schedule: Schedule = "linear",
    clip: Annotated[float, Field(gt=0)] | None = 1.0,
    precision: Precision = "float32",
    record_every: Annotated[int, Field(ge=1)] = 50,
    options: TrainingOptions = AS_USUAL,
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
        steps: updates of the weights.
        batch_size: pairs in a minibatch.
        learning_rate: the largest.
        warmup: part of the steps in which it rises.
        weight_decay: L2 penalty, or decoupled, as the optimizer takes it.
        optimizer: a component of optimizers.
        schedule: a component of schedules, of the rate after the warm-up.
        clip: norm to which all gradients together are clipped; none is no limit.
        precision: of the forward pass; bfloat16 by autocast.
        record_every: steps between two points of the curve.
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

    def loss_of(generator: torch.Generator) -> Tensor:
        rows = drawn_rows(len(targets), batch_size, generator)
        cosine = encoder.cosine(one.take(rows, special.padding), other.take(rows, special.padding))
        return nn.functional.mse_loss(cosine, targets[rows])

    plan = Plan(
        steps=steps,
        learning_rate=learning_rate,
        optimizer=optimizer,
        weight_decay=weight_decay,
        schedule=schedule,
        warmup=warmup,
        clip=clip,
        precision=precision,
        record_every=record_every,
        options=options,
    )
    curve = train_encoder(encoder, loss_of, plan, seed, checkpoint)
    return Trained(encoder_model(encoder), curve)
