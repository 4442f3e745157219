import pyarrow as pa
import torch

from heldout.runtime.artifacts import Predictions
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operators.data.text.slot_grammar_pairs import slot_grammar_pairs
from heldout.runtime.operators.evaluate.pair_scores import pair_scores
from heldout.runtime.operators.train.bi_encoder import bi_encoder
from heldout.runtime.operators.train.cross_encoder import cross_encoder
from heldout.runtime.operators.train.masked_language_model import masked_language_model
from heldout.runtime.resources import Resources
from tests.fixtures.written import written

bi_encoder = written(bi_encoder)
cross_encoder = written(cross_encoder)
masked_language_model = written(masked_language_model)

MADE = slot_grammar_pairs(corpus_pairs=2, train_pairs=12, test_pairs=2)
CONFIG = {
    "model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 16, "max_position_embeddings": 24,
}  # fmt: skip
START = masked_language_model(MADE.corpus, checkpoint=Checkpoint(), config=CONFIG, steps=0).model
TARGETS = [0.9] * 6 + [0.1] * 6
LABELS = Predictions(pa.table({"id": MADE.train.rows["id"], "score": TARGETS}))


def trained(start=START, **more):
    settings = {"checkpoint": Checkpoint(), "steps": 80, "learning_rate": 1e-2, "batch_size": 12}
    return bi_encoder(MADE.train, LABELS, start, **{"pooling": "mean"} | settings | more)


def tiny(tmp_path, hub):
    settings = {"steps": 2, "batch_size": 4, "pooling": "mean"}
    return {"data": MADE.train, "labels": LABELS, "start": START, **settings}


def test_its_cosines_become_the_scores():
    made = trained()
    assert made.curve.rows["value"].to_pylist()[-1] < 0.02
    scores = pair_scores(made.model, MADE.train).rows["score"].to_pylist()
    assert min(scores[:6]) > max(scores[6:])


def test_micro_batches_give_the_same_weights_within_rounding():
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    start = masked_language_model(MADE.corpus, checkpoint=Checkpoint(), config=CONFIG | still, steps=0).model
    whole, parts = (trained(start, steps=3, resources=Resources(micro_batch=size)) for size in (None, 5))
    for name, weight in whole.model.weights.items():
        torch.testing.assert_close(parts.model.weights[name], weight, rtol=1e-4, atol=1e-5)


def test_a_cross_encoders_weights_are_taken_without_its_head():
    cross = cross_encoder(MADE.train, LABELS, START, checkpoint=Checkpoint(), steps=0).model
    made = trained(start=cross, steps=0).model
    assert made.config["text_encoder"] == "bi"
    assert not any(name.startswith("head.") for name in made.weights)
    assert {n: w.sum().item() for n, w in made.weights.items()} == {
        n: w.sum().item() for n, w in cross.weights.items() if not n.startswith("head.")
    }
