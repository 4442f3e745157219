"""Sentences and pairs of sentences as an encoder reads them, with its special tokens."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset


@dataclass(frozen=True)
class SpecialTokens:
    """The tokens that are no words.

    Attributes:
        padding: after the end of a sentence.
        first: before every sentence (`[CLS]`, `<s>`).
        separator: after every sentence (`[SEP]`, `</s>`).
        mask: in place of a word that is to be guessed.
        separators: how many stand between two sentences: 1 for BERT, 2 for RoBERTa.
    """

    padding: int
    first: int
    separator: int
    mask: int
    separators: int = 1

    def described(self) -> dict[str, int]:
        return asdict(self)


class EncoderInput(NamedTuple):
    """What an encoder reads.

    Attributes:
        tokens: [rows, length], int64, right-padded.
        segments: 0 for the first sentence, 1 for the second, [rows, length], int64.
    """

    tokens: Tensor
    segments: Tensor

    def take(self, index: Tensor, padding: int) -> "EncoderInput":
        """Some rows, cut to the longest of them."""
        tokens = self.tokens[index]
        length = int((tokens != padding).sum(dim=1).max())
        return EncoderInput(tokens[:, :length], self.segments[index, :length])

    def to(self, device: torch.device) -> "EncoderInput":
        return EncoderInput(self.tokens.to(device), self.segments.to(device))


def special_tokens(notes: Mapping[str, object]) -> SpecialTokens:
    """The special tokens that a dataset's notes tell of.

    Raises:
        ValueError: they tell of none.
    """
    if not isinstance(found := notes.get("special_tokens"), Mapping):
        raise ValueError("the data's notes have no `special_tokens`: they are no tokens for an encoder")
    return SpecialTokens(**found)


def pair_tokens(data: Dataset) -> tuple[Tensor, Tensor]:
    """The tokens of both sentences of every pair.

    Raises:
        ValueError: the data are no pairs, or there are none.
    """
    if not {"tokens_a", "tokens_b"} <= set(data.tensors):
        raise ValueError(f"pairs have tensors tokens_a and tokens_b; these have {', '.join(data.tensors)}")
    if not len(data):
        raise ValueError("there are no pairs")
    return data.tensors["tokens_a"], data.tensors["tokens_b"]


def sentence_tokens(data: Dataset) -> tuple[Tensor, ...]:
    """The tokens of single sentences, [rows, length], or of both sides of pairs."""
    return (data.tensors["tokens"],) if "tokens" in data.tensors else pair_tokens(data)


def single(tokens: Tensor, special: SpecialTokens) -> EncoderInput:
    """`[CLS] sentence [SEP]`, of sentences right-padded, [rows, length]."""
    rows = [[special.first, *sentence, special.separator] for sentence in _sentences(tokens, special)]
    return _padded(rows, [len(row) for row in rows], special)


def joined(one: Tensor, other: Tensor, special: SpecialTokens) -> EncoderInput:
    """`[CLS] sentence [SEP] other [SEP]`, with as many separators between as the encoder wants."""
    between = [special.separator] * special.separators
    heads = [[special.first, *sentence, *between] for sentence in _sentences(one, special)]
    tails = [[*sentence, special.separator] for sentence in _sentences(other, special)]
    rows = [head + tail for head, tail in zip(heads, tails, strict=True)]
    return _padded(rows, [len(head) for head in heads], special)


def _sentences(tokens: Tensor, special: SpecialTokens) -> list[list[int]]:
    ends = (tokens != special.padding).sum(dim=1).tolist()
    return [row[:end] for row, end in zip(tokens.tolist(), ends, strict=True)]


def _padded(rows: list[list[int]], heads: list[int], special: SpecialTokens) -> EncoderInput:
    longest = max(map(len, rows))
    tokens = [row + [special.padding] * (longest - len(row)) for row in rows]
    places = torch.arange(longest)
    ends = torch.tensor([len(row) for row in rows])[:, None]
    segments = (places >= torch.tensor(heads)[:, None]) & (places < ends)
    return EncoderInput(torch.tensor(tokens), segments.long())
