import pytest
import torch
from torch import nn
from transformers import BertModel, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from heldout.runtime.training.sharding import around_blocks, blocks_of, shard, shared_by_modules
from tests.runtime.small_encoders import BERT

LLAMA = LlamaConfig(
    vocab_size=11, hidden_size=8, intermediate_size=8, num_hidden_layers=2, num_attention_heads=2
)
GPT2 = GPT2Config(vocab_size=11, n_embd=8, n_layer=3, n_head=2, n_positions=8)


def test_layers_are_units_and_so_is_what_lies_around_them():
    encoder, causal = BertModel(BERT), LlamaForCausalLM(LLAMA)
    assert list(blocks_of(encoder)) == list(encoder.encoder.layer)
    assert around_blocks(encoder) is encoder
    assert list(blocks_of(causal)) == list(causal.model.layers)
    assert around_blocks(causal) is causal.model


def test_what_several_modules_have_in_common_is_not_cut():
    tied = GPT2LMHeadModel(GPT2)
    assert shared_by_modules(tied) == {tied.lm_head.weight}
    assert shared_by_modules(LlamaForCausalLM(LLAMA)) == set()


@pytest.mark.parametrize("network", [nn.Linear(2, 2), nn.Sequential(nn.ModuleList([nn.Linear(2, 2)]))])
def test_what_is_no_network_of_transformers_is_refused(network):
    with pytest.raises(
        ValueError, match=f"{type(network).__name__} is no network of transformers with blocks"
    ):
        shard(network, network, torch.device("cpu"), "float32")
