import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.language.text_inputs import (
    SpecialTokens,
    joined,
    pair_tokens,
    sentence_tokens,
    single,
    special_tokens,
)

BERT = SpecialTokens(padding=0, first=1, separator=2, mask=3)
A, B = torch.tensor([[7, 8, 0], [9, 0, 0]]), torch.tensor([[5, 0], [5, 6]])


def test_a_sentence_stands_between_its_special_tokens():
    assert single(A, BERT).tokens.tolist() == [[1, 7, 8, 2], [1, 9, 2, 0]]
    assert single(A, BERT).segments.sum() == 0


def test_two_sentences_are_two_segments():
    pairs = joined(A, B, BERT)
    assert pairs.tokens.tolist() == [[1, 7, 8, 2, 5, 2], [1, 9, 2, 5, 6, 2]]
    assert pairs.segments.tolist() == [[0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1]]


def test_roberta_has_two_separators_and_another_padding():
    roberta = SpecialTokens(padding=1, first=0, separator=2, mask=9, separators=2)
    one, other = torch.tensor([[7, 8]]), torch.tensor([[5, 1]])
    assert joined(one, other, roberta).tokens.tolist() == [[0, 7, 8, 2, 2, 5, 2]]


def test_rows_are_cut_to_the_longest_of_them():
    short = single(A, BERT).take(torch.tensor([1]), padding=0)
    assert short.tokens.tolist() == [[1, 9, 2]]


def test_pairs_are_single_sentences_too():
    data = Dataset(pa.table({"id": ["x", "y"]}), {"tokens_a": A, "tokens_b": A})
    assert len(torch.cat(sentence_tokens(data))) == 4


def test_what_is_no_pair_or_has_no_special_tokens_is_refused():
    with pytest.raises(ValueError, match="these have x"):
        pair_tokens(Dataset(pa.table({"id": ["x"]}), {"x": A[:1]}))
    with pytest.raises(ValueError, match="no pairs"):
        pair_tokens(
            Dataset(pa.table({"id": pa.array([], pa.string())}), {"tokens_a": A[:0], "tokens_b": A[:0]})
        )
    with pytest.raises(ValueError, match="no `special_tokens`"):
        special_tokens({})
