import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.language.sequence_pairs import mean_loss, sequence_pairs
from heldout.runtime.models.encoder_decoder import restore_encoder_decoder
from heldout.runtime.models.lora_format import lora_updates
from heldout.runtime.models.low_rank import in_full, updated
from heldout.runtime.operators.adapters.lora import lora, task_name
from heldout.runtime.operators.data.rows.mixture import mixture
from tests.fixtures.adapters import small_t5, task


def adapt(base, data, **more):
    settings = {"rank": 4, "alpha": 4.0, "batch_size": 8, "learning_rate": 0.03} | more
    return lora(base, data, checkpoint=Checkpoint(), **settings)


def loss(base, adapter, data):
    module = restore_encoder_decoder(base)
    with torch.no_grad(), updated(module, lora_updates(adapter), in_full):
        return mean_loss(module, sequence_pairs(data)).item()


def tiny(tmp_path, hub):
    data = task(3, "says-a")
    return {"base": small_t5(), "data": data, "rank": 2, "alpha": 2.0, "steps": 2, "batch_size": 4}


def test_the_task_is_learnt_and_the_base_stays(base, says_a, says_b):
    before = {name: weight.clone() for name, weight in base.weights.items()}
    adapted = adapt(base, says_a, steps=100)
    assert loss(base, adapted.adapter, says_a) < 0.2
    assert loss(base, adapted.adapter, says_b) > 1.0
    assert all(torch.equal(base.weights[name], before[name]) for name in before)
    assert adapted.adapter.config["task"] == "says-a"
    assert adapted.curve.rows["step"].to_pylist() == [0, 50, 99]


def test_the_first_step_starts_from_the_base_and_the_seed_decides(base, says_a):
    one, same, other = (adapt(base, says_a, steps=1, seed=seed).adapter for seed in (3, 3, 4))
    module = restore_encoder_decoder(base)
    with torch.no_grad():
        plain = mean_loss(module, sequence_pairs(says_a)).item()
    barely = adapt(base, says_a, steps=1, learning_rate=1e-9).adapter
    assert abs(loss(base, barely, says_a) - plain) < 1e-5
    assert all(torch.equal(one.weights[k], same.weights[k]) for k in one.weights)
    assert not all(torch.equal(one.weights[k], other.weights[k]) for k in one.weights)


def test_only_matching_modules_are_adapted(base, says_a):
    adapter = adapt(base, says_a, steps=1, modules=r".*EncDecAttention\.q", rank=2).adapter
    name = "decoder.block.0.layer.1.EncDecAttention.q"
    assert set(lora_updates(adapter)) == {name}
    assert lora_updates(adapter)[name].down.shape == (1, 2, 16)


def test_several_tasks_name_the_adapter_together(says_a, says_b):
    assert task_name(mixture([says_a, says_b])) == "says-a,says-b"
