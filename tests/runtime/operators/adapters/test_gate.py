import math

import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.models.lora_format import lora_updates
from heldout.runtime.operators.adapters.gate import gate, gate_weight
from heldout.runtime.operators.adapters.lora import lora
from tests.fixtures.adapters import small_t5, task


@pytest.fixture(scope="module")
def adapter(base, says_a):
    return lora(
        base, says_a, checkpoint=Checkpoint(), rank=4, alpha=4.0, steps=40, batch_size=8, learning_rate=0.03
    ).adapter


def learn(base, adapter, data, **more):
    return gate(base, adapter, data, checkpoint=Checkpoint(), batch_size=8, **more)


def tiny(tmp_path, hub):
    base, data = small_t5(), task(3, "says-a")
    adapter = lora(base, data, checkpoint=Checkpoint(), rank=2, alpha=2.0, steps=1, batch_size=4).adapter
    return {"base": base, "adapter": adapter, "data": data, "steps": 2, "batch_size": 4}


def test_the_weight_of_a_token_by_hand():
    # sigmoid(ln 3) = 3/4, sigmoid(0) = 1/2.
    inputs = torch.tensor([[[math.log(3), 5.0], [0.0, 7.0]]])
    assert gate_weight(torch.tensor([1.0, 0.0]), inputs).flatten().tolist() == pytest.approx([0.75, 0.5])


def test_gates_open_for_the_task_and_nothing_else_changes(base, adapter, says_a):
    before = {name: weight.clone() for name, weight in adapter.weights.items()}
    gated = learn(base, adapter, says_a, steps=60, learning_rate=0.05)
    values = gated.curve.rows["value"].to_pylist()
    assert values[-1] < values[0]  # half an adapter is worse than a whole one
    assert set(gated.gate.weights) == {f"{name}.gate" for name in lora_updates(adapter)}
    assert gated.gate.config["task"] == "says-a"
    assert all(torch.equal(adapter.weights[name], before[name]) for name in before)


def test_gates_start_at_zero(base, adapter, says_a):
    gates = learn(base, adapter, says_a, steps=1, learning_rate=1e-9).gate
    assert max(weight.abs().max().item() for weight in gates.weights.values()) <= 1e-8
