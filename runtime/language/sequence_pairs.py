"""Pairs of sequences, one read and one written, from datasets of tokens."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from heldout.runtime.artifacts import Dataset

PADDING, END = 0, 1


class SequencePairs(NamedTuple):
    """What an encoder-decoder reads and writes, each padded on the right with 0.

    Attributes:
        inputs: [rows, input_length], int64.
        targets: [rows, target_length], int64; each ends with the token 1.
    """

    inputs: Tensor
    targets: Tensor

    def take(self, index: Tensor) -> "SequencePairs":
        """These rows, cut to the longest of them."""
        return SequencePairs(_cut(self.inputs[index]), _cut(self.targets[index]))

    def to(self, device: torch.device) -> "SequencePairs":
        return SequencePairs(self.inputs.to(device), self.targets.to(device))


def sequence_pairs(data: Dataset) -> SequencePairs:
    """Prompts as inputs and answers as targets.

    Args:
        data: tensor `tokens` [rows, length]; tensor `answer` [rows, length], bool, marks what is
            written. Without `answer` the whole sequence is both read and written. The token that
            ends a target (id 1) is added where it is lacking.

    Raises:
        ValueError: there are no rows or no tokens, or a prompt or an answer is empty.
    """
    if "tokens" not in data.tensors or len(data) == 0:
        raise ValueError("sequences need rows and a tensor `tokens`")
    tokens = data.tensors["tokens"]
    present = tokens != PADDING
    written = data.tensors.get("answer")
    if written is None:
        inputs = targets = [row[there] for row, there in zip(tokens, present, strict=True)]
    else:
        inputs = [row[there] for row, there in zip(tokens, present & ~written, strict=True)]
        targets = [row[there] for row, there in zip(tokens, present & written, strict=True)]
    for row, (read, write) in enumerate(zip(inputs, targets, strict=True)):
        if len(read) == 0 or len(write) == 0:
            raise ValueError(f"row {row} has an empty {'prompt' if len(read) == 0 else 'answer'}")
    return SequencePairs(padded(inputs), padded([_ended(row) for row in targets]))


def padded(rows: Sequence[Tensor]) -> Tensor:
    """Sequences side by side, padded on the right with 0, [rows, longest]."""
    return nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=PADDING)


def logits_of(module: nn.Module, pairs: SequencePairs) -> Tensor:
    """What the model expects at each place of the targets, reading the true ones before it.

    Returns:
        [rows, target_length, vocabulary], nats.
    """
    logits: Tensor = module(
        input_ids=pairs.inputs,
        attention_mask=(pairs.inputs != PADDING).long(),
        decoder_input_ids=shifted(pairs.targets),
    ).logits
    return logits


def shifted(targets: Tensor) -> Tensor:
    """What a decoder reads to write these targets: the padding token, then all but the last."""
    return torch.cat([torch.full_like(targets[:, :1], PADDING), targets[:, :-1]], dim=1)


def mean_loss(module: nn.Module, pairs: SequencePairs) -> Tensor:
    """Mean negative log-likelihood of the targets' tokens, shape [], nats."""
    logits = logits_of(module, pairs)
    return cross_entropy(logits.flatten(0, 1).float(), pairs.targets.flatten(), ignore_index=PADDING)


def vocabulary_of(data: Dataset, known: Mapping[str, object] | None = None) -> list[str]:
    """The tokens of a dataset by id.

    Raises:
        ValueError: the notes hold no vocabulary, or it is not the one that is known already.
    """
    vocabulary = data.notes.get("vocabulary")
    if not isinstance(vocabulary, list):
        raise ValueError("the data's notes hold no `vocabulary`")
    if known is not None and known.get("vocabulary", vocabulary) != vocabulary:
        raise ValueError("the data's vocabulary is not the one that the model was trained with")
    return vocabulary


def _ended(row: Tensor) -> Tensor:
    return row if row[-1] == END else torch.cat([row, row.new_tensor([END])])


def _cut(rows: Tensor) -> Tensor:
    longest = int((rows != PADDING).sum(1).max()) if len(rows) else 0
    return rows[:, :longest]
