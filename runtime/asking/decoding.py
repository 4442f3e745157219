"""Continue prompts with a causal model: transformers generates, and each row chooses by a seed of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor
from transformers import (
    GenerationConfig,
    LogitsProcessorList,
    StoppingCriteriaList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from heldout.runtime.asking.continuations import batches
from heldout.runtime.asking.text_tokens import TextTokens
from heldout.runtime.models.causal_reader import CausalReader
from heldout.runtime.randomness import numpy_stream


class Asked(NamedTuple):
    """A row: its name, which its draws hang on, and its prompt in tokens."""

    name: str
    tokens: Sequence[int]


class Generation(NamedTuple):
    """What a model wrote.

    Attributes:
        text: up to what ended it.
        log_probability: of all its tokens, that which ended it among them, under the model itself, whatever
            the temperature; nats.
        tokens: how many.
        ended: by the model's own token, by a text of the study's, or by the length.
    """

    text: str
    log_probability: float
    tokens: int
    ended: Literal["end", "stop", "length"]


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen.

    Attributes:
        temperature: what logits are divided by; with 0 the likeliest token is chosen.
        top_k: among so many of the likeliest; none is all.
        top_p: among the likeliest that together have this probability; none is all.
        seed: with the name of a row, of its draws.
    """

    temperature: float
    top_k: int | None
    top_p: float | None
    seed: int


class ChooseByRow:
    """Leaves one token of each row possible, which generation, greedy, then takes.

    transformers draws all rows of a batch from one stream, so that a row's text would hang on its
    neighbours. Here each row has a uniform number for each step, from the seed and the row's name, and
    takes the first token at which the cumulative probability, in order of the tokens, passes it.
    """

    def __init__(self, sampling: Sampling, names: Sequence[str], most_tokens: int) -> None:
        self.log_probabilities: list[Tensor] = []
        self._warpers: list[Any] = []
        self._uniform: Tensor | None = None
        if sampling.temperature == 0.0:
            return
        self._warpers = [TemperatureLogitsWarper(sampling.temperature)]
        if sampling.top_k is not None:
            self._warpers.append(TopKLogitsWarper(sampling.top_k))
        if sampling.top_p is not None:
            self._warpers.append(TopPLogitsWarper(sampling.top_p))
        drawn = [numpy_stream(sampling.seed, "generate", name).random(most_tokens) for name in names]
        self._uniform = torch.from_numpy(np.stack(drawn))

    def __call__(self, tokens: Tensor, logits: Tensor) -> Tensor:
        chosen = self._chosen(tokens, logits)
        said = logits.float().log_softmax(-1).gather(1, chosen)
        self.log_probabilities.append(said[:, 0].double().cpu())
        return torch.full_like(logits, float("-inf")).scatter(1, chosen, 0.0)

    def _chosen(self, tokens: Tensor, logits: Tensor) -> Tensor:
        if self._uniform is None:
            return logits.argmax(-1, keepdim=True)
        for warp in self._warpers:
            logits = warp(tokens, logits)
        # On the CPU: sums over a row repeat there to the bit, and not on a GPU.
        summed = logits.double().softmax(-1).cpu().cumsum(-1)
        passed = self._uniform[:, len(self.log_probabilities), None] * summed[:, -1:]
        chosen = torch.searchsorted(summed, passed, right=True)
        last = torch.searchsorted(summed, summed[:, -1:].contiguous())  # the first that has it all
        return torch.minimum(chosen, last).to(logits.device)


class StopTexts:
    """Ends each row where it has written one of some texts, and keeps how many tokens it took."""

    def __init__(self, words: TextTokens, stops: Sequence[str], rows: int, start: int) -> None:
        self._words, self._stops, self._start = words, stops, start
        self.length: list[int | None] = [None] * rows

    def __call__(self, tokens: Tensor, scores: object, **_: object) -> Tensor:
        for row, written in enumerate(tokens[:, self._start :].tolist() if self._stops else ()):
            if self.length[row] is None and first_stop(self._words.text(written), self._stops) is not None:
                self.length[row] = len(written)
        return torch.tensor([length is not None for length in self.length], device=tokens.device)


def continued(
    reader: CausalReader,
    words: TextTokens,
    asked: Sequence[Asked],
    *,
    sampling: Sampling,
    most_tokens: int,
    stops: Sequence[str],
    batch_tokens: int,
) -> list[Generation]:
    """What a model of transformers writes after each prompt, with a cache, in batches padded on the left.

    Draws hang on the seed and the row's name, so that other batches change nothing but how sums are
    rounded: two tokens whose probabilities are as near as float32 tells may change places.

    Args:
        reader: the model.
        words: its tokenizer.
        asked: prompts, none empty.
        sampling: how tokens are chosen.
        most_tokens: of a continuation.
        stops: texts that end one; they are no part of it.
        batch_tokens: tokens of a batch at most, with padding and continuations; one row may have more.
    """
    order = sorted(range(len(asked)), key=lambda row: len(asked[row].tokens), reverse=True)

    def fits(batch: Sequence[int]) -> bool:
        return len(batch) * (len(asked[batch[0]].tokens) + most_tokens) <= batch_tokens

    found: dict[int, Generation] = {}
    for batch in batches(order, fits):
        rows = [asked[row] for row in batch]
        written = _written(reader, words, rows, sampling, most_tokens, stops)
        found |= dict(zip(batch, written, strict=True))
    return [found[row] for row in range(len(asked))]


def first_stop(text: str, stops: Sequence[str]) -> int | None:
    """Where the first of some texts begins in a text."""
    return min((place for stop in stops if (place := text.find(stop)) >= 0), default=None)


def _written(
    reader: CausalReader,
    words: TextTokens,
    rows: Sequence[Asked],
    sampling: Sampling,
    most_tokens: int,
    stops: Sequence[str],
) -> list[Generation]:
    longest = max(len(row.tokens) for row in rows)
    padding = reader.ends[0] if reader.ends else 0
    tokens = torch.full((len(rows), longest), padding)
    mask = torch.zeros((len(rows), longest), dtype=torch.int64)
    for place, row in enumerate(rows):
        tokens[place, longest - len(row.tokens) :] = torch.tensor(row.tokens)
        mask[place, longest - len(row.tokens) :] = 1
    choose = ChooseByRow(sampling, [row.name for row in rows], most_tokens)
    stopped = StopTexts(words, stops, len(rows), longest)
    settings = GenerationConfig(
        max_new_tokens=most_tokens,
        do_sample=False,
        eos_token_id=list(reader.ends) or None,
        pad_token_id=padding,
    )
    with torch.inference_mode():
        whole = reader.network.generate(
            tokens.to(reader.device),
            attention_mask=mask.to(reader.device),
            generation_config=settings,
            logits_processor=LogitsProcessorList([choose]),
            stopping_criteria=StoppingCriteriaList([stopped]),
        )
    said = torch.stack(choose.log_probabilities, dim=1)
    return [
        _generation(new, said[row], stopped.length[row], reader.ends, words, stops)
        for row, new in enumerate(whole[:, longest:].tolist())
    ]


def _generation(
    new: list[int],
    said: Tensor,
    stopped: int | None,
    ends: Sequence[int],
    words: TextTokens,
    stops: Sequence[str],
) -> Generation:
    ended: Literal["end", "stop", "length"] = "length" if stopped is None else "stop"
    length = len(new) if stopped is None else stopped
    own_end = next((place for place, token in enumerate(new[:length]) if token in ends), None)
    if own_end is not None:
        ended, length = "end", own_end + 1
    text = words.text(new[: length - (ended == "end")])
    if (cut := first_stop(text, stops)) is not None:
        text = text[:cut]
    return Generation(text, float(said[:length].sum()), length, ended)
