import pyarrow as pa
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, ViTConfig

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.models.language_model import (
    build_language_model,
    language_model_artifact,
    restore_language_model,
    vocabulary_of,
)
from heldout.runtime.operators.fetch.model import model as fetch

TOKENS = torch.tensor([[1, 5, 6, 7, 2]])
GPT2 = {"model_type": "gpt2", "n_embd": 8, "n_layer": 2, "n_head": 2, "n_positions": 16}
NETWORKS = ({"decoder": {"width": 16}}, {"hub-causal": {"config": GPT2}})


@pytest.mark.parametrize("network", NETWORKS, ids=["decoder", "hub-causal"])
def test_restored_from_its_folder_it_says_the_same(network, tmp_path):
    module = build_language_model(network, 8, seed=3).eval()
    language_model_artifact(module, network, 8).save(tmp_path)
    restored = restore_language_model(Model.load(tmp_path)).eval()
    torch.testing.assert_close(restored(TOKENS), module(TOKENS))
    assert module(TOKENS).shape == (1, 5, 8)


def test_a_model_of_transformers_is_opened_by_from_pretrained(tmp_path):
    module = build_language_model(NETWORKS[1], 8, seed=3).eval()
    language_model_artifact(module, NETWORKS[1], 8).save(tmp_path)
    opened = GPT2LMHeadModel.from_pretrained(tmp_path).eval()
    torch.testing.assert_close(opened(TOKENS).logits, module(TOKENS))


def test_a_fetched_model_says_what_its_authors_model_says(hub, tmp_path):
    torch.manual_seed(1)
    original = GPT2LMHeadModel(GPT2Config(n_embd=8, n_layer=2, n_head=2, n_positions=16, vocab_size=9)).eval()
    original.save_pretrained(tmp_path / "up")
    hub("model", "lab/net", "c" * 40, {f.name: f.read_bytes() for f in (tmp_path / "up").iterdir()})
    module = restore_language_model(fetch(repository="lab/net", revision="c" * 40)).eval()
    torch.testing.assert_close(module(TOKENS), original(TOKENS).logits)
    assert module.vocabulary == 9


def test_attention_of_a_model_of_transformers():
    attention = build_language_model(NETWORKS[1], 8, seed=0).eval().attentions(TOKENS)
    assert attention.shape == (2, 1, 2, 5, 5)
    torch.testing.assert_close(attention.sum(-1), torch.ones(2, 1, 2, 5))


def test_equal_seeds_build_equal_weights():
    one, same, other = (build_language_model("decoder", 8, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["head.weight"], other["head.weight"])


def test_refuses_what_is_no_language_model():
    with pytest.raises(ValueError, match="its config names none"):
        restore_language_model(Model({}, {"network": "mlp"}))
    vit = Model({}, {}, {"config.json": ViTConfig().to_json_string().encode()})
    with pytest.raises(ValueError, match="'vit' has no vocab_size"):
        restore_language_model(vit)


def test_refuses_weights_that_do_not_fit():
    for network in NETWORKS:
        with pytest.raises(ValueError, match=r"do not fit|missing or of another shape"):
            restore_language_model(Model({}, {"language_model": network, "vocabulary": 8}))


def test_refuses_data_without_a_vocabulary_or_outside_of_it():
    rows = pa.table({"id": ["a"]})
    with pytest.raises(ValueError, match="notes with a `vocabulary`, not tokens"):
        vocabulary_of(Dataset(rows, {"tokens": TOKENS}))
    with pytest.raises(ValueError, match="token 7 is outside a vocabulary of 3"):
        vocabulary_of(Dataset(rows, {"tokens": TOKENS}, (), {"vocabulary": ["<pad>", "a", "b"]}))


def test_refuses_a_configuration_that_transformers_does_not_know():
    for kind in ({}, {"model_type": "vit"}):
        with pytest.raises(ValueError, match="transformers cannot build"):
            build_language_model({"hub-causal": {"config": kind}}, 8, seed=0)
