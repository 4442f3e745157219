import pytest
import torch
from transformers import AutoModelForMaskedLM

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.language.text_inputs import SpecialTokens
from heldout.runtime.operators.data.text.slot_grammar_pairs import slot_grammar_pairs
from heldout.runtime.operators.train.masked_language_model import NO_WORD, corrupted, masked_language_model
from tests.fixtures.written import written

masked_language_model = written(masked_language_model)

CORPUS = slot_grammar_pairs(corpus_pairs=60, train_pairs=2, test_pairs=2).corpus
SPECIAL = SpecialTokens(**CORPUS.notes["special_tokens"])
CONFIG = {
    "model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 16, "max_position_embeddings": 24,
}  # fmt: skip


def trained(**more):
    return masked_language_model(CORPUS, checkpoint=Checkpoint(), **{"config": CONFIG, "steps": 3} | more)


def tiny(tmp_path, hub):
    return {"data": CORPUS, "config": CONFIG, "steps": 2, "batch_size": 4}


def test_eight_of_ten_chosen_words_are_masked_and_one_is_drawn_anew():
    tokens = torch.full((400, 12), 20)
    tokens[:, 0], tokens[:, 10], tokens[:, 11] = SPECIAL.first, SPECIAL.separator, SPECIAL.padding
    noisy, words = corrupted(tokens, SPECIAL, 10**6, 0.5, torch.Generator().manual_seed(0))
    chosen = words != NO_WORD
    assert not chosen[:, [0, 10, 11]].any()
    assert (words[chosen] == 20).all() and torch.equal(noisy[~chosen], tokens[~chosen])
    # 400 x 9 words: the shares have a standard error below 0.01, and 4 of them are allowed.
    assert chosen[:, 1:10].float().mean().item() == pytest.approx(0.5, abs=0.04)
    assert (noisy[chosen] == SPECIAL.mask).float().mean().item() == pytest.approx(0.8, abs=0.04)
    assert (noisy[chosen] == 20).float().mean().item() == pytest.approx(0.1, abs=0.04)


def test_one_word_is_chosen_where_chance_chooses_none():
    tokens = torch.tensor([[SPECIAL.first, 20, SPECIAL.separator]])
    assert corrupted(tokens, SPECIAL, 30, 1e-9, torch.Generator())[1].tolist() == [[NO_WORD, 20, NO_WORD]]


@pytest.mark.parametrize("next_sentences", [False, True])
def test_it_learns(next_sentences):
    losses = (
        trained(steps=60, learning_rate=1e-2, next_sentences=next_sentences).curve.rows["value"].to_pylist()
    )
    assert losses[-1] < losses[0] - 0.5


def test_from_pretrained_opens_what_is_kept(tmp_path):
    trained().model.save(tmp_path)
    network = AutoModelForMaskedLM.from_pretrained(tmp_path)
    assert network.config.vocab_size == len(CORPUS.notes["vocabulary"])


def test_training_goes_on_from_a_model():
    first = trained().model
    assert trained(start=first, config=None, steps=0).model.weights.keys() == first.weights.keys()


def test_something_must_say_what_to_train():
    with pytest.raises(ValueError, match="give `start`"):
        trained(config=None)
    with pytest.raises(ValueError, match="cannot build 'none'"):
        trained(config={"model_type": "none"})
