"""Train an encoder-decoder: on prompts and their answers, or to restore corrupted sequences."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.language.sequence_pairs import PADDING, mean_loss, sequence_pairs, vocabulary_of
from heldout.runtime.models.encoder_decoder import (
    build_encoder_decoder,
    encoder_decoder_model,
    restore_encoder_decoder,
)
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.randomness import torch_stream
from heldout.runtime.subtype import Of
from heldout.runtime.training.pair_training import train_on_pairs
from heldout.runtime.training.plan import Optimizer
from heldout.runtime.training.trained import Trained

MASK = "<mask>"


@operator(seconds=20.0)
def sequence_to_sequence(
    data: Annotated[Dataset, Use.TRAINS, Of("sequences", "sums")],
    start: Annotated[Model | None, Of("encoder-decoder")] = None,
    *,
    checkpoint: Checkpoint,
    width: Annotated[int, Field(ge=4)] = 64,
    depth: Annotated[int, Field(ge=1)] = 2,
    heads: Annotated[int, Field(ge=1)] = 4,
    corruption: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.15,
    steps: Annotated[int, Field(ge=1)] = 600,
    batch_size: Annotated[int, Field(ge=1)] = 64,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-2)] = 3e-3,
    optimizer: Optimizer = "adam",
    warmup: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.1,
    record_every: Annotated[int, Field(ge=1)] = 50,
    seed: int = 0,
) -> Annotated[Trained, Of("encoder-decoder")]:
    """Train all weights of an encoder-decoder on sequences.

    Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
    Transformer" (arXiv:1910.10683), section 3.3.1, the objective "BERT-style": where no answers are
    marked, part of the tokens are hidden and the whole sequence is to be written.
    Differs from the paper: a hidden token always becomes `<mask>`, and never another token; Adam in
    place of AdaFactor.

    Args:
        data: tensor `tokens` and notes with a `vocabulary`; with a tensor `answer` the answers are
            learnt, without it the sequences themselves, corrupted.
        start: weights to start from instead of a fresh network; its network is used.
        width: of the residual stream of a fresh network.
        depth: layers of its encoder, and of its decoder.
        heads: of its attention.
        corruption: chance of each token to be hidden, where no answers are marked.
        steps: updates of the weights.
        batch_size: sequences in a minibatch, drawn with replacement.
        learning_rate: the highest; it falls linearly to a tenth.
        optimizer: a component of optimizers.
        warmup: part of the steps in which it rises.
        record_every: steps between two points of the curve.
        seed: of the initial weights, the minibatches and the corruption.

    Returns:
        model: a folder that `from_pretrained` opens; its config keeps the vocabulary.
        curve: metric `loss` by step, nats a token.

    Raises:
        ValueError: the data have no tokens, no vocabulary or another than `start`, or no `<mask>`
            where sequences are to be corrupted; the loss is not a finite number.
    """
    vocabulary = vocabulary_of(data, None if start is None else start.config)
    if start is None:
        module = build_encoder_decoder(vocabulary, width, depth, heads, seed)
    else:
        module = restore_encoder_decoder(start)
    device = compute_device()
    module = module.to(device).train()
    corrupts = "answer" not in data.tensors and corruption > 0
    if corrupts and MASK not in vocabulary:
        raise ValueError(f"to corrupt sequences the vocabulary needs {MASK}")

    def hide(tokens: Tensor, generator: torch.Generator) -> Tensor:
        hidden = (torch.rand(tokens.shape, generator=generator) < corruption) & (tokens != PADDING)
        return torch.where(hidden, vocabulary.index(MASK), tokens)

    curve = train_on_pairs(
        dict(module.named_parameters()),
        lambda pairs: mean_loss(module, pairs),
        sequence_pairs(data).to(device),
        steps=steps,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        warmup=warmup,
        generator=torch_stream(seed, "minibatches"),
        checkpoint=checkpoint,
        record_every=record_every,
        corrupt=hide if corrupts else None,
    )
    return Trained(encoder_decoder_model(module, {"vocabulary": vocabulary}), curve)
