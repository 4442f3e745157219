"""Minibatches of sequences, cut to the longest of each."""

from typing import NamedTuple

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset


class SequenceBatch(NamedTuple):
    """Sequences with the same number of places.

    Attributes:
        tokens: [batch, length], int64.
        answer: [batch, length], bool, the tokens that are predicted.
    """

    tokens: Tensor
    answer: Tensor


class SequenceMinibatches:
    """Draws sequences with replacement. All of them are on the device; a draw is one index.

    Without a tensor `answer` every token but the first and the padding is predicted.
    """

    def __init__(
        self, data: Dataset, batch_size: int, generator: torch.Generator, device: torch.device
    ) -> None:
        """
        Raises:
            ValueError: there are no sequences, or nothing of some sequence is to be predicted.
        """
        if len(data) == 0:
            raise ValueError("there are no sequences to train on")
        self.tokens, self.answer = sequences(data)
        self.ends = sequence_ends(self.tokens, self.answer)
        self.device = device
        self._on_device = self.tokens.to(device), self.answer.to(device)
        self.batch_size = batch_size
        self.generator = generator

    def draw(self) -> SequenceBatch:
        """The next minibatch."""
        index = torch.randint(len(self.tokens), (self.batch_size,), generator=self.generator)
        longest = int(self.ends[index].max())
        tokens, answer = self._on_device
        index = index.to(self.device)
        return SequenceBatch(tokens[index, :longest], answer[index, :longest])


def sequences(data: Dataset) -> tuple[Tensor, Tensor]:
    """Tokens and what of them is predicted, both [rows, length].

    Raises:
        ValueError: nothing of some sequence is to be predicted, or its first token is.
    """
    tokens = data.tensors["tokens"]
    answer = data.tensors.get("answer")
    if answer is None:
        answer = tokens != 0
        answer[:, 0] = False
    if not bool(answer.any(1).all()) or bool(answer[:, 0].any()):
        row = int(torch.nonzero(~answer.any(1) | answer[:, 0])[0])
        raise ValueError(f"row {row}: some token after the first must be an answer, and the first none")
    return tokens, answer


def sequence_ends(tokens: Tensor, answer: Tensor) -> Tensor:
    """How long each sequence is without its padding, [rows], int64.

    A token 0 that is an answer is no padding: a hub model's tokenizer may use that id.
    """
    places = torch.arange(1, tokens.shape[1] + 1)
    return (((tokens != 0) | answer) * places).amax(1)
