import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from heldout.runtime.artifacts import Model
from heldout.runtime.hub.format import hub_format
from heldout.runtime.language.text_inputs import SpecialTokens, joined, single
from heldout.runtime.models.text_encoder import encoder_model, restore_encoder
from heldout.runtime.operators.data.text.slot_grammar_pairs import slot_grammar_pairs
from heldout.runtime.operators.evaluate.pair_scores import pair_scores

PAIRS = slot_grammar_pairs(corpus_pairs=2, train_pairs=6, test_pairs=5).test
SPECIAL = SpecialTokens(**PAIRS.notes["special_tokens"])
CONFIG = BertConfig(
    vocab_size=len(PAIRS.notes["vocabulary"]), hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
    intermediate_size=16,
)  # fmt: skip


def encoder(head):
    torch.manual_seed(0)
    weights, files = hub_format(BertForMaskedLM(CONFIG))
    made = restore_encoder(Model(weights, {}, files), "mean", SPECIAL)
    return (made.with_fresh_head(0) if head else made).eval()


def tiny(tmp_path, hub):
    return {"model": encoder_model(encoder(head=False)), "data": PAIRS.without_labels()}


def test_a_bi_encoder_is_scored_by_its_cosine():
    made = encoder(head=False)
    scores = pair_scores(encoder_model(made), PAIRS, batch_size=2).rows["score"].to_pylist()
    one, other = (made(single(PAIRS.tensors[f"tokens_{side}"], SPECIAL)) for side in "ab")
    expected = (one * other).sum(1) / (one.norm(dim=1) * other.norm(dim=1))
    assert scores == pytest.approx(expected.tolist(), abs=1e-6)


def test_a_cross_encoder_is_scored_by_its_sigmoid():
    made = encoder(head=True)
    scores = pair_scores(encoder_model(made), PAIRS, batch_size=2).rows["score"].to_pylist()
    pairs = joined(PAIRS.tensors["tokens_a"], PAIRS.tensors["tokens_b"], SPECIAL)
    assert scores == pytest.approx(made.logit(pairs).sigmoid().tolist(), abs=1e-6)


def test_no_label_is_needed_and_none_is_passed_on():
    rows = pair_scores(encoder_model(encoder(head=False)), PAIRS.without_labels()).rows
    assert rows.column_names == ["id", "score"]
    assert rows["id"].to_pylist() == PAIRS.rows["id"].to_pylist()
