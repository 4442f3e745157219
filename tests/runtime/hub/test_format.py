"""Networks of transformers to the hub's format and back."""

import json

import pytest
import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoModelForMaskedLM, BertConfig, BertForMaskedLM, BertModel

from heldout.runtime.hub.format import (
    described,
    fresh_network,
    from_hub_format,
    hub_format,
    load_hub_weights,
    transformers_config,
)

SIZES = {
    "vocab_size": 11,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
}


@pytest.fixture
def network():
    torch.manual_seed(0)
    return BertForMaskedLM(BertConfig(**SIZES))


def test_there_and_back(network, tmp_path):
    weights, files = hub_format(network)
    again = from_hub_format(BertForMaskedLM, network.config, weights)
    own = network.state_dict()
    assert all(torch.equal(own[name], value) for name, value in again.state_dict().items())
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    opened = AutoModel.from_pretrained(tmp_path)
    assert torch.equal(
        opened.embeddings.word_embeddings.weight, network.bert.embeddings.word_embeddings.weight
    )


def test_heads_for_other_tasks_are_left_out(network):
    weights, _ = hub_format(network)
    encoder = BertModel(network.config, add_pooling_layer=False)
    load_hub_weights(encoder, weights)
    own = network.bert.state_dict()
    assert all(torch.equal(own[name], value) for name, value in encoder.state_dict().items())


def test_what_is_missing_or_of_another_shape_is_named(network):
    weights, _ = hub_format(network)
    name = "bert.encoder.layer.0.output.dense.bias"
    for wrong in ({k: v for k, v in weights.items() if k != name}, {**weights, name: torch.zeros(3)}):
        with pytest.raises(
            ValueError, match=r"1 weights are missing or of another shape: .*output.dense.bias"
        ):
            from_hub_format(BertForMaskedLM, network.config, wrong)


def test_loading_leaves_the_global_generator_alone(network):
    weights, _ = hub_format(network)
    before = torch.get_rng_state()
    load_hub_weights(network, weights)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_model_that_transformers_does_not_know():
    with pytest.raises(ValueError, match="cannot build 'abacus'"):
        transformers_config({"model_type": "abacus"})


def test_a_fresh_network_is_of_the_kind_that_is_asked_for():
    built = fresh_network(AutoModelForMaskedLM, {"model_type": "bert", **SIZES})
    assert isinstance(built, BertForMaskedLM) and built.dtype == torch.float32
    with pytest.raises(ValueError, match="cannot build 'vit'"):
        fresh_network(AutoModelForMaskedLM, {"model_type": "vit"})


def test_a_configuration_chooses_no_code_and_no_kernels(network):
    _, files = hub_format(network)
    config = json.loads(files["config.json"])
    config |= {
        "auto_map": {"AutoModel": "evil--code.Model"},
        "attn_implementation": "evil/kernels",
        "_attn_implementation": "evil/kernels",
        "experts_implementation": "evil/kernels",
        "use_pretrained_backbone": True,
    }
    built = fresh_network(AutoModelForMaskedLM, config)
    assert "evil" not in built.config._attn_implementation
    assert not hasattr(built.config, "auto_map")
    assert described({"text_config": config | {"_attn_implementation_internal": "evil/kernels"}}) == {
        "text_config": json.loads(files["config.json"])
    }
