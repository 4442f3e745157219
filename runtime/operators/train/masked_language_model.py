"""Train a masked language model on sentences."""

import json
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.groups import Searched
from heldout.runtime.hub.format import fresh_network, hub_format, load_hub_weights
from heldout.runtime.language.text_inputs import (
    EncoderInput,
    SpecialTokens,
    joined,
    pair_tokens,
    sentence_tokens,
    single,
    special_tokens,
)
from heldout.runtime.models.text_encoder import Pooling, pooled, segments
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.randomness import stable_seed, torch_stream
from heldout.runtime.subtype import Of
from heldout.runtime.training.encoder_steps import drawn_rows, train_encoder
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.trained import Trained

NO_WORD = -100  # what torch's cross-entropy passes over


@operator(seconds=10.0)
def masked_language_model(
    data: Annotated[Dataset, Use.ADAPTS, Of("pairs", "sentences")],
    start: Annotated[Model | None, Of("encoder", "bi-encoder", "cross-encoder")] = None,
    *,
    checkpoint: Checkpoint,
    config: dict[str, Any] | None = None,
    next_sentences: bool = False,
    pooling: Pooling = "first",
    masked: Annotated[float, Field(gt=0, lt=1)] = 0.15,
    batch_size: Annotated[int, Field(ge=1)] = 64,
    plan: Annotated[Plan, Searched(learning_rate=loguniform(1e-4, 1e-2))] = Plan(
        1000, 1e-3, "adamw", weight_decay=0.01, warmup=0.1, schedule="linear", clip=1.0
    ),
    seed: int = 0,
) -> Annotated[Trained, Of("encoder")]:
    """Train a transformer to guess words that are masked.

    Devlin et al. 2019, "BERT" (arXiv:1810.04805), section 3.1, Task 1: 15 % of the words are
    chosen; of these 80 % become the mask, 10 % a word drawn at random and 10 % stay as they are.
    Task 2, with `next_sentences`: whether the second sentence follows the first is told from
    the pooled features, of as many pairs that do as pairs whose second sentence was dealt anew.
    Differs from the paper: every word is chosen by itself, so that their number varies; words
    drawn at random are uniform over the vocabulary; the layer between pooling and the answer to
    Task 2 is left out, and all that answers it is discarded.

    Args:
        data: sentences (tensor `tokens`), or pairs. No label is seen.
        start: weights to start from instead of fresh ones; `config` is not used then.
        config: of the network as in a `config.json` of transformers, with `model_type` (`bert`,
            `roberta`, …); the size of the vocabulary and the padding token are filled in.
        next_sentences: the sides of a pair follow each other: read them as one input of two
            segments, and learn to tell them from pairs that do not. Else sides of pairs are
            single sentences.
        pooling: of the features that Task 2 is answered from.
        masked: the chance of a word to be chosen.
        batch_size: sentences in a minibatch.
        seed: of the weights, the minibatches, the masks and dropout.

    Returns:
        model: a masked language model of transformers, in the hub's format.
        curve: metric `loss` by step, nats a masked word, plus those of Task 2 where it is learnt.

    Raises:
        ValueError: neither `start` nor `config` is given, transformers cannot build the network,
            or the loss is not a finite number.
    """
    special, vocabulary = special_tokens(data.notes), len(data.notes["vocabulary"])
    network = _network(start, config, vocabulary, special, seed)
    device = compute_device()
    inputs, follows = _inputs(data, special, next_sentences, seed)
    inputs, follows = inputs.to(device), follows.to(device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "head"))
        head = nn.Linear(network.config.hidden_size, 1)
    module = nn.ModuleList([network, head]).to(device)

    def loss_of(generator: torch.Generator) -> Tensor:
        rows = drawn_rows(len(follows), batch_size, generator)
        batch = inputs.take(rows, special.padding)
        tokens, words = corrupted(batch.tokens, special, vocabulary, masked, generator)
        mask = batch.tokens != special.padding
        more = segments(network, batch)
        output = network(
            input_ids=tokens, attention_mask=mask.long(), output_hidden_states=next_sentences, **more
        )
        chosen = words != NO_WORD
        loss = nn.functional.cross_entropy(output.logits[chosen], words[chosen])
        if next_sentences:
            told = head(pooled(output.hidden_states[-1], mask, pooling)).squeeze(1)
            loss = loss + nn.functional.binary_cross_entropy_with_logits(told, follows[rows])
        return loss

    curve = train_encoder(module, loss_of, plan, seed, checkpoint)
    weights, files = hub_format(network)
    kept = {} if start is None else dict(start.files)
    described = {"text_encoder": "masked", "special_tokens": special.described()}
    return Trained(Model(weights, described, kept | files), curve)


def _network(
    start: Model | None,
    config: dict[str, Any] | None,
    vocabulary: int,
    special: SpecialTokens,
    seed: int,
) -> Any:
    from transformers import AutoModelForMaskedLM  # costs seconds

    if start is not None:
        network = fresh_network(AutoModelForMaskedLM, json.loads(start.files["config.json"]))
        load_hub_weights(network, start.weights)
        return network
    if config is None:
        raise ValueError("give `start`, or `config` with a `model_type`")
    filled = {**config, "vocab_size": vocabulary, "pad_token_id": special.padding}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "initialise"))
        return fresh_network(AutoModelForMaskedLM, filled)


def _inputs(
    data: Dataset, special: SpecialTokens, next_sentences: bool, seed: int
) -> tuple[EncoderInput, Tensor]:
    """What is read, and whether its second sentence follows the first (0 where there is none)."""
    if not next_sentences:
        sentences = single(torch.cat(sentence_tokens(data)), special)
        return sentences, torch.zeros(len(sentences.tokens))
    one, other = pair_tokens(data)
    dealt = other[torch.randperm(len(other), generator=torch_stream(seed, "next sentences"))]
    inputs = joined(one.repeat(2, 1), torch.cat((other, dealt)), special)
    return inputs, torch.arange(2 * len(one)).lt(len(one)).float()


def corrupted(
    tokens: Tensor, special: SpecialTokens, vocabulary: int, masked: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Tokens with some words masked, drawn anew or kept, and these words, elsewhere -100.

    One word at least is chosen, so that the loss is a number.
    """
    ours = torch.tensor([special.padding, special.first, special.separator], device=tokens.device)
    is_word = ~torch.isin(tokens, ours)
    draw = torch.rand((2, *tokens.shape), generator=generator).to(tokens.device)
    drawn = torch.randint(vocabulary, tokens.shape, generator=generator).to(tokens.device)
    score = torch.where(is_word, draw[0], 2.0)
    chosen = is_word & (score <= torch.clamp(score.min(), min=masked))
    words = torch.where(chosen, tokens, NO_WORD)
    noisy = torch.where(chosen & (draw[1] < 0.8), special.mask, tokens)
    return torch.where(chosen & (draw[1] >= 0.9), drawn, noisy), words
