import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.models.encoder_decoder import restore_encoder_decoder
from heldout.runtime.operators.adapters.activations import activations, example_embeddings
from heldout.runtime.operators.adapters.lora import lora
from tests.fixtures.adapters import small_t5, task


@pytest.fixture(scope="module")
def adapter(base, says_a):
    settings = {"rank": 2, "alpha": 2.0, "steps": 2, "batch_size": 4}
    return lora(base, says_a, checkpoint=Checkpoint(), **settings).adapter


def tiny(tmp_path, hub):
    base, data = small_t5(), task(3, "says-a")
    adapter = lora(base, data, checkpoint=Checkpoint(), rank=2, alpha=2.0, steps=1, batch_size=4).adapter
    return {"base": base, "adapter": adapter, "data": data, "rows": 2}


def test_means_of_inputs_are_those_of_the_tokens_that_are_read(base, adapter, says_a):
    # The first attention of the encoder reads embeddings, normalized: no adapter comes before it.
    found = activations(base, adapter, says_a, batch_size=3)
    module = restore_encoder_decoder(base)
    prompts = [3, 4, 4, 5, 5, 6, 3, 4]  # of says_a, one after the other
    with torch.no_grad():
        read = module.shared(torch.tensor(prompts))
        expected = module.encoder.block[0].layer[0].layer_norm(read).mean(0)
    name = "encoder.block.0.layer.0.SelfAttention.q.mean_input"
    assert torch.allclose(found.weights[name], expected, atol=1e-6)
    assert found.config["task"] == "says-a"


def test_embeddings_have_length_one_and_ignore_padding(base):
    module = restore_encoder_decoder(base)
    with torch.no_grad():
        alone = example_embeddings(module, torch.tensor([[3, 4]]))
        beside = example_embeddings(module, torch.tensor([[3, 4, 0], [4, 5, 6]]))
    assert beside.norm(dim=1).tolist() == pytest.approx([1.0, 1.0])
    assert torch.allclose(alone[0], beside[0], atol=1e-6)


def test_rows_are_drawn_by_the_seed(base, adapter, says_a):
    few = [activations(base, adapter, says_a, rows=2, seed=seed).weights["examples"] for seed in (0, 0, 1)]
    assert few[0].shape == (2, 16)
    assert torch.equal(few[0], few[1])
    assert not torch.equal(few[0], few[2])
