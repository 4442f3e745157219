import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.models.lora_format import lora_model
from heldout.runtime.operators.adapters.pool import pool


def adapter(task, value, rank=1):
    return lora_model({"q": torch.full((rank, 2), value)}, {"q": torch.ones(3, rank)}, alpha=2.0, task=task)


def about(task, **weights):
    return Model(weights, {"task": task})


def tiny(tmp_path, hub):
    gates = [about(task, **{"q.gate": torch.zeros(2)}) for task in ("first", "last")]
    return {"adapters": [adapter("first", 1.0), adapter("last", 5.0)], "gates": gates}


def test_everything_is_stacked_in_the_order_of_the_adapters():
    made = pool(
        [adapter("first", 1.0), adapter("last", 5.0)],
        [about("first", **{"q.gate": torch.tensor([1.0, 2.0])}), about("last", **{"q.gate": torch.zeros(2)})],
        [
            about("first", **{"q.mean_input": torch.zeros(2), "examples": torch.ones(3, 4)}),
            about("last", **{"q.mean_input": torch.ones(2), "examples": torch.zeros(2, 4)}),
        ],
    )
    assert made.config["members"] == ["first", "last"]
    assert made.weights["q.lora_A"].tolist() == [[[1.0, 1.0]], [[5.0, 5.0]]]
    assert made.weights["q.lora_B"].shape == (2, 3, 1)
    assert made.weights["q.lora_B"].unique().tolist() == [2.0]  # alpha / rank is in it
    assert made.weights["q.gate"].tolist() == [[1.0, 2.0], [0.0, 0.0]]
    assert made.weights["q.mean_input"].tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert made.weights["examples"].shape == (2, 2, 4)  # as many as the adapter with the fewest has


def test_what_does_not_belong_together_is_refused():
    with pytest.raises(ValueError, match="at least one adapter"):
        pool([])
    with pytest.raises(ValueError, match=r"tasks \['last'\] are not those of the adapters, \['first'\]"):
        pool([adapter("first", 1.0)], [about("last")])
    with pytest.raises(ValueError, match="the adapters differ in 'q'"):
        pool([adapter("first", 1.0), adapter("last", 1.0, rank=2)])
