"""Train a causal language model on sequences."""

from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.device import Precision, autocast_to, compute_device
from heldout.runtime.language.sequence_minibatches import SequenceBatch, SequenceMinibatches
from heldout.runtime.models.language_model import (
    build_language_model,
    described_network,
    language_model_artifact,
    restore_language_model,
    vocabulary_of,
)
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.randomness import stable_seed, torch_stream
from heldout.runtime.subtype import Of
from heldout.runtime.training.descent import descend
from heldout.runtime.training.learning_rate import Schedule, learning_rate_at
from heldout.runtime.training.trained import Trained


@operator(seconds=10.0)
def language_model(
    data: Annotated[Dataset, Use.TRAINS, Of("sequences", "sums")],
    start: Annotated[Model | None, Of("causal language model")] = None,
    *,
    checkpoint: Checkpoint,
    network: Annotated[str | dict[str, Any], Choice("language-models")] = "decoder",
    steps: Annotated[int, Field(ge=0)] = 1000,
    batch_size: Annotated[int, Field(ge=1)] = 64,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-2)] = 1e-3,
    weight_decay: Annotated[float, Field(ge=0), loguniform(1e-4, 1e-1)] = 0.0,
    schedule: Schedule = "constant",
    warmup: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0,
    clip: Annotated[float, Field(gt=0.0)] | None = 1.0,
    precision: Precision = "float32",
    record_every: Annotated[int, Field(ge=1)] = 50,
    seed: int = 0,
) -> Annotated[Trained, Of("causal language model")]:
    """Train a causal language model to continue sequences: to answer, where they say what the answer is.

    Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training" (GPT),
    equation 1: each token given all before it; AdamW (Loshchilov & Hutter 2019,
    arXiv:1711.05101). The loss is the mean over the answers' tokens of a minibatch, so that the
    question is read and not learnt, as in Kazemnejad et al. 2023 (arXiv:2305.19466), section 4.
    Differs from the paper: sequences are drawn with replacement.

    Args:
        data: tensors `tokens` [rows, length], padded on the right with 0, and `answer`
            [rows, length], true at the tokens that are predicted (without it, all but the first);
            the notes' `vocabulary` lists the tokens.
        start: weights to start from instead of a fresh network; its network is used.
        network: a component of language models.
        steps: updates of the weights.
        batch_size: sequences in a minibatch.
        learning_rate: of AdamW, its largest.
        weight_decay: of AdamW, on all weights.
        schedule: how the learning rate goes on after the warm-up: `constant`, or down to 0 at the
            last step, `linear` or as a `cosine`.
        warmup: part of the steps in which the learning rate rises from 0.
        clip: largest norm of the gradient; none is no limit.
        precision: of the forward pass; bfloat16 by autocast.
        record_every: steps between two points of the curve.
        seed: of the initial weights, the minibatches and dropout.

    Returns:
        model: the weights after the last step.
        curve: metric `loss` by step, mean over the answers' tokens of the minibatch, nats.

    Raises:
        ValueError: the data are no sequences, `start` does not know their tokens, or the loss is
            not a finite number (the step is named).
    """
    device = compute_device()
    vocabulary = vocabulary_of(data)
    if start is None:
        module = build_language_model(network, vocabulary, seed)
    else:
        network, known = described_network(start)
        if known < vocabulary:
            raise ValueError(f"the model to start from knows {known} tokens, the data have {vocabulary}")
        module, vocabulary = restore_language_model(start), known
    module.to(device).train()
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=learning_rate, weight_decay=weight_decay, fused=True
    )
    torch.manual_seed(stable_seed(seed, "dropout"))
    minibatches = SequenceMinibatches(data, batch_size, torch_stream(seed, "minibatches"), device)

    def loss_at(step: int) -> Tensor:
        with autocast_to(precision, device):
            return answer_loss(module, minibatches.draw())

    curve = descend(
        module.state_dict(),
        loss_at,
        optimizer=optimizer,
        steps=steps,
        record_every=record_every,
        checkpoint=checkpoint,
        generator=minibatches.generator,
        rate_at=lambda step: learning_rate_at(step, steps, learning_rate, schedule, warmup),
        clip=clip,
    )
    return Trained(language_model_artifact(module, network, vocabulary), curve)


def answer_loss(module: nn.Module, batch: SequenceBatch) -> Tensor:
    """The mean negative log-likelihood of the answers' tokens, shape [], nats."""
    predicted = batch.answer[:, 1:]
    logits = module(batch.tokens[:, :-1])[predicted]
    return nn.functional.cross_entropy(logits.float(), batch.tokens[:, 1:][predicted])
