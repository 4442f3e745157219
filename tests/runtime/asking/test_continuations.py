import pytest
import torch

from heldout.runtime.asking import continuations
from heldout.runtime.asking.continuations import Continuation, batches, log_probabilities, shortened
from heldout.runtime.models.causal_reader import causal_reader
from tests.fixtures.tiny_llama import tiny_llama


class Watched:
    """A reader that remembers what it was asked."""

    def __init__(self, reader):
        self.reader, self.vocabulary, self.device = reader, reader.vocabulary, reader.device
        self.asked = []

    def logits(self, tokens, places):
        found = self.reader.logits(tokens, places)
        self.asked.append((tuple(tokens.shape), tuple(found.shape)))
        return found


def test_logits_are_made_at_the_scored_places_alone_and_equal_readings_share_a_row():
    reader = Watched(causal_reader(tiny_llama(), "float32"))
    prompt = list(range(3, 23))
    asked = [Continuation(prompt, [token]) for token in (5, 6, 7)] + [Continuation(prompt, [5, 6])]
    found = log_probabilities(reader, asked, 1000)
    # Rows: the prompt, and the prompt with the first of two words; places 19 and 20 are scored.
    assert reader.asked == [((2, 21), (2, 2, reader.vocabulary))]
    whole = reader.reader.network(torch.tensor([[*prompt, 5]])).logits[0].detach().log_softmax(-1)
    assert found[1][0] == pytest.approx(float(whole[19, 6]), abs=1e-5)
    assert found[3] == pytest.approx([float(whole[19, 5]), float(whole[20, 6])], abs=1e-5)


def test_a_batch_has_no_more_logits_than_the_bound(monkeypatch):
    reader = Watched(causal_reader(tiny_llama(), "float32"))
    monkeypatch.setattr(continuations, "MOST_LOGITS", 2 * reader.vocabulary)
    asked = [Continuation([3, 4, first], [5, 6]) for first in range(6)]
    log_probabilities(reader, asked, 1000)
    assert [scored[:2] for _, scored in reader.asked] == [(1, 2)] * 6


def test_what_is_not_finite_is_said():
    model = tiny_llama()
    broken = {name: value * float("nan") for name, value in model.weights.items()}
    reader = causal_reader(type(model)(broken, model.config, model.files), "float32")
    with pytest.raises(ValueError, match="of 1 of 1 texts is not finite"):
        log_probabilities(reader, [Continuation([3], [4])], 10)


def test_rows_are_taken_in_order_one_at_least():
    assert list(batches([1, 2, 3, 9, 1], lambda batch: sum(batch) <= 4)) == [[1, 2], [3], [9], [1]]
    assert list(batches([], lambda batch: True)) == []


def test_a_long_prompt_loses_its_beginning():
    assert shortened([1, 2, 3, 4], 2, 5) == [2, 3, 4]
    assert shortened([1, 2, 3], 2, 5) == shortened([1, 2, 3], 2, None) == [1, 2, 3]
    with pytest.raises(ValueError, match="5 tokens are to follow, and the model reads 5"):
        shortened([1], 5, 5)
