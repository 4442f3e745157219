"""Sequences side by side, padded on the right with 0: what of them is predicted, and where each ends."""

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset


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
