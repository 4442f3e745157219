import math

import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operators.data.text.slot_grammar_pairs import slot_grammar_pairs
from heldout.runtime.operators.train.contrastive_sentences import contrastive_loss, contrastive_sentences
from heldout.runtime.operators.train.masked_language_model import masked_language_model
from tests.fixtures.written import written

contrastive_sentences = written(contrastive_sentences)
masked_language_model = written(masked_language_model)

CORPUS = slot_grammar_pairs(corpus_pairs=60, train_pairs=2, test_pairs=2).corpus
CONFIG = {
    "model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 16, "max_position_embeddings": 24,
}  # fmt: skip


def start():
    return masked_language_model(CORPUS, checkpoint=Checkpoint(), config=CONFIG, steps=0).model


def tiny(tmp_path, hub):
    return {"data": CORPUS, "start": start(), "pooling": "mean", "steps": 2, "batch_size": 4}


def test_two_orthogonal_sentences_by_hand():
    # Cosines are the identity: -log(e^(1/t) / (e^(1/t) + e^0)) with t = 0.5, whatever the lengths.
    one, other = torch.tensor([[2.0, 0.0], [0.0, 3.0]]), torch.eye(2)
    expected = math.log(1 + math.exp(-2))
    assert contrastive_loss(one, other, 0.5).item() == pytest.approx(expected, rel=1e-6)


def test_it_learns_to_tell_sentences_apart():
    made = contrastive_sentences(CORPUS, start(), checkpoint=Checkpoint(), pooling="mean", steps=40,
                                 learning_rate=3e-3, batch_size=16)  # fmt: skip
    losses = made.curve.rows["value"].to_pylist()
    assert losses[-1] < losses[0] / 2
    assert made.model.config["text_encoder"] == "bi"
    assert made.model.config["pooling"] == "mean"


def test_one_sentence_alone_is_refused():
    with pytest.raises(ValueError, match="one sentence alone"):
        data = CORPUS.take([0])
        data = type(data)(data.rows, {"tokens": data.tensors["tokens_a"]}, notes=data.notes)
        contrastive_sentences(data, start(), checkpoint=Checkpoint(), steps=1)
