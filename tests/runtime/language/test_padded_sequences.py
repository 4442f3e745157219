import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.language.padded_sequences import sequence_ends, sequences

TOKENS = torch.tensor([[1, 4, 5, 0, 0], [1, 6, 0, 0, 0], [1, 7, 7, 7, 2]])


def data(**tensors):
    return Dataset(pa.table({"id": ["a", "b", "c"]}), {"tokens": TOKENS, **tensors})


def test_without_an_answer_all_but_the_first_and_the_padding_is_predicted():
    _, answer = sequences(data())
    assert answer.int().tolist() == [[0, 1, 1, 0, 0], [0, 1, 0, 0, 0], [0, 1, 1, 1, 1]]


def test_padding_begins_after_the_last_token_or_answer():
    answer = torch.zeros(3, 5, dtype=torch.bool)
    assert sequence_ends(TOKENS, answer).tolist() == [3, 2, 5]
    answer[1, 3] = True  # a token 0 that is predicted
    assert sequence_ends(TOKENS, answer).tolist() == [3, 4, 5]


def test_refuses_sequences_of_which_nothing_is_asked_or_the_first_token_is():
    answer = torch.ones(3, 5, dtype=torch.bool)
    with pytest.raises(ValueError, match="row 0: some token after the first"):
        sequences(data(answer=answer))
    answer[:, 0] = False
    answer[1] = False
    with pytest.raises(ValueError, match="row 1: some token after the first"):
        sequences(data(answer=answer))
