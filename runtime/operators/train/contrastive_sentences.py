"""Train a bi-encoder to tell a sentence from others, without labels."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.groups import Searched
from heldout.runtime.language.text_inputs import sentence_tokens, single, special_tokens
from heldout.runtime.models.text_encoder import Pooling, encoder_model, restore_encoder
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.subtype import Of
from heldout.runtime.training.encoder_steps import drawn_rows, train_encoder
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.trained import Trained


@operator(seconds=5.0)
def contrastive_sentences(
    data: Annotated[Dataset, Use.ADAPTS, Of("pairs", "sentences")],
    start: Annotated[Model, Of("encoder", "bi-encoder", "cross-encoder")],
    *,
    checkpoint: Checkpoint,
    pooling: Pooling = "first",
    temperature: Annotated[float, Field(gt=0), loguniform(0.01, 1.0)] = 0.05,
    batch_size: Annotated[int, Field(ge=2)] = 64,
    plan: Annotated[Plan, Searched(learning_rate=loguniform(1e-5, 1e-3))] = Plan(
        300, 3e-5, "adamw", schedule="linear", clip=1.0
    ),
    seed: int = 0,
) -> Annotated[Trained, Of("bi-encoder")]:
    """Pull two passes of the same sentence together, and push those of other sentences apart.

    Gao, Yao & Chen 2021, "SimCSE" (arXiv:2104.08821), section 3, equation 4: the two passes
    differ by their dropout masks alone. The network must have dropout.
    Differs from the paper: no perceptron between pooling and loss (the paper has one while it
    trains, and leaves it out afterwards); its other sentences are those of the minibatch, as
    here. Mirror-BERT (Liu et al. 2021, arXiv:2104.08027) also masks a part of one of the two
    sentences, which is not done here.

    Args:
        data: sentences (tensor `tokens`), or pairs, whose sides then are single sentences. No
            label is seen.
        start: a language model, or an encoder that is trained on.
        pooling: of a start that is no encoder yet: the first token's features, as in SimCSE, or
            the mean over all tokens.
        temperature: tau, by which cosines are divided.
        batch_size: sentences in a minibatch.
        seed: of the minibatches and dropout.

    Returns:
        model: a bi-encoder, in the hub's format.
        curve: metric `loss` by step, nats.

    Raises:
        ValueError: there are fewer than two sentences, `start` is no text encoder or was made for
            other special tokens, or the loss is not a finite number.
    """
    special = special_tokens(data.notes)
    device = compute_device()
    encoder = restore_encoder(start, pooling, special).to(device)
    encoder.head = None
    sentences = single(torch.cat(sentence_tokens(data)), special).to(device)
    if len(sentences.tokens) < 2:
        raise ValueError("one sentence alone cannot be told from others")

    def loss_of(generator: torch.Generator) -> Tensor:
        rows = drawn_rows(len(sentences.tokens), batch_size, generator)
        batch = sentences.take(rows.repeat(2), special.padding)
        one, other = encoder(batch).chunk(2)
        return contrastive_loss(one, other, temperature)

    curve = train_encoder(encoder, loss_of, plan, seed, checkpoint)
    return Trained(encoder_model(encoder), curve)


def contrastive_loss(one: Tensor, other: Tensor, temperature: float) -> Tensor:
    """The mean over i of -log softmax over j of cos(one_i, other_j) / temperature, at j = i.

    Args:
        one: [rows, width].
        other: of the same sentences, [rows, width].
        temperature: of the softmax.

    Returns:
        shape [], nats.
    """
    cosines = nn.functional.normalize(one, dim=1) @ nn.functional.normalize(other, dim=1).T
    return nn.functional.cross_entropy(cosines / temperature, torch.arange(len(one), device=one.device))
