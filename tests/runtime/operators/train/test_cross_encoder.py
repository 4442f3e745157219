import math

import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Predictions
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operators.data.text.slot_grammar_pairs import slot_grammar_pairs
from heldout.runtime.operators.train.cross_encoder import cross_encoder
from heldout.runtime.operators.train.masked_language_model import masked_language_model
from heldout.runtime.resources import Resources
from tests.fixtures.written import written

cross_encoder = written(cross_encoder)
masked_language_model = written(masked_language_model)

MADE = slot_grammar_pairs(corpus_pairs=2, train_pairs=12, test_pairs=2)
CONFIG = {
    "model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 16, "max_position_embeddings": 24,
}  # fmt: skip
START = masked_language_model(MADE.corpus, checkpoint=Checkpoint(), config=CONFIG, steps=0).model


def labels(scores):
    return Predictions(pa.table({"id": MADE.train.rows["id"], "score": scores}))


def trained(scores, start=START, **more):
    settings = {"checkpoint": Checkpoint(), "steps": 60, "learning_rate": 1e-2, "batch_size": 24}
    return cross_encoder(MADE.train, labels(scores), start, **settings | more)


def tiny(tmp_path, hub):
    return {"data": MADE.train, "labels": labels([0.5] * 12), "start": START, "steps": 2, "batch_size": 4}


def test_it_learns_the_scores_up_to_their_own_entropy():
    losses = trained([0.9] * 6 + [0.1] * 6, steps=120).curve.rows["value"].to_pylist()
    entropy = -(0.9 * math.log(0.9) + 0.1 * math.log(0.1))  # nothing can be below
    assert losses[0] > 0.6
    assert entropy - 1e-6 <= losses[-1] < 0.5


def test_micro_batches_give_the_same_weights_within_rounding():
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    start = masked_language_model(MADE.corpus, checkpoint=Checkpoint(), config=CONFIG | still, steps=0).model
    whole, parts = (
        trained([0.9] * 6 + [0.1] * 6, start, steps=3, resources=Resources(micro_batch=size))
        for size in (None, 5)
    )
    for name, weight in whole.model.weights.items():
        torch.testing.assert_close(parts.model.weights[name], weight, rtol=1e-4, atol=1e-5)


def test_a_score_below_zero_is_no_probability_and_counts_as_zero():
    below, zero = trained([-0.4] * 12, steps=3), trained([0.0] * 12, steps=3)
    assert below.curve.rows == zero.curve.rows


def test_a_cross_encoder_keeps_its_head_and_another_start_gets_a_fresh_one():
    first = trained([0.5] * 12, steps=0).model
    again = trained([0.5] * 12, start=first, steps=0, seed=9).model
    assert first.config["text_encoder"] == "cross"
    assert (first.weights["head.weight"] == again.weights["head.weight"]).all()


def test_a_pair_without_a_label_is_refused():
    with pytest.raises(ValueError, match="2 of 12 pairs have no score"):
        few = Predictions(labels([0.5] * 12).rows.slice(0, 10))
        cross_encoder(MADE.train, few, START, checkpoint=Checkpoint(), steps=1)
