import math

import pyarrow as pa
import pytest
import torch
from torch import nn

from heldout.runtime.artifacts import Dataset
from heldout.runtime.language.sequence_pairs import (
    SequencePairs,
    mean_loss,
    sequence_pairs,
    shifted,
    vocabulary_of,
)


def dataset(tokens, answer=None, **notes):
    tensors = {"tokens": torch.tensor(tokens)}
    if answer is not None:
        tensors["answer"] = torch.tensor(answer, dtype=torch.bool)
    return Dataset(pa.table({"id": [str(i) for i in range(len(tokens))]}), tensors, notes=notes)


def test_prompts_and_answers_are_told_apart_and_answers_ended():
    data = dataset([[5, 6, 7, 1, 0], [5, 8, 9, 9, 0]], [[0, 0, 1, 1, 0], [0, 1, 1, 1, 0]])
    pairs = sequence_pairs(data)
    assert pairs.inputs.tolist() == [[5, 6], [5, 0]]
    assert pairs.targets.tolist() == [[7, 1, 0, 0], [8, 9, 9, 1]]


def test_without_answers_a_sequence_is_read_and_written():
    pairs = sequence_pairs(dataset([[5, 6, 0]]))
    assert pairs.inputs.tolist() == [[5, 6]]
    assert pairs.targets.tolist() == [[5, 6, 1]]


def test_taken_rows_are_cut_to_the_longest_of_them():
    pairs = SequencePairs(torch.tensor([[5, 0], [5, 6]]), torch.tensor([[1, 0, 0], [7, 7, 1]]))
    taken = pairs.take(torch.tensor([0]))
    assert (taken.inputs.tolist(), taken.targets.tolist()) == ([[5]], [[1]])


def test_the_decoder_reads_what_stands_before():
    assert shifted(torch.tensor([[7, 8, 1]])).tolist() == [[0, 7, 8]]


class Uneven(nn.Module):
    """Says at every place that token 1 is three times as likely as each of the two others."""

    def forward(self, input_ids, attention_mask, decoder_input_ids):
        assert torch.equal(attention_mask, (input_ids != 0).long())
        logits = torch.tensor([0.0, math.log(3.0), 0.0]).expand(*decoder_input_ids.shape, 3)
        return type("Output", (), {"logits": logits})


def test_the_loss_is_a_mean_over_real_tokens_by_hand():
    # Probabilities 1/5, 3/5, 1/5: of the tokens 2, 1, 1 the mean -ln is (ln 5 + 2 ln 5/3) / 3.
    pairs = SequencePairs(torch.tensor([[2], [2]]), torch.tensor([[2, 1], [1, 0]]))
    expected = (math.log(5) + 2 * math.log(5 / 3)) / 3
    assert mean_loss(Uneven(), pairs).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (dataset([[0, 0]]), "row 0 has an empty prompt"),
        (dataset([[5, 6]], [[1, 1]]), "row 0 has an empty prompt"),
        (dataset([[5, 6]], [[0, 0]]), "row 0 has an empty answer"),
        (Dataset(pa.table({"id": ["a"]})), "need rows and a tensor `tokens`"),
    ],
)
def test_what_is_no_pair_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        sequence_pairs(data)


def test_the_vocabulary_must_be_the_models():
    data = dataset([[2]], vocabulary=["<pad>", "<eos>", "a"])
    assert vocabulary_of(data, {"repository": "lab/net"}) == ["<pad>", "<eos>", "a"]
    with pytest.raises(ValueError, match="not the one that the model was trained with"):
        vocabulary_of(data, {"vocabulary": ["<pad>"]})
    with pytest.raises(ValueError, match="hold no `vocabulary`"):
        vocabulary_of(dataset([[2]]))
