import json

import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.models.lora_format import lora_model, lora_updates

DOWN, UP = torch.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]]), torch.tensor([[1.0, 2.0]])


def test_names_and_configuration_are_those_of_peft():
    adapter = lora_model({"encoder.q": DOWN}, {"encoder.q": UP}, alpha=6.0, task="reverse")
    assert set(adapter.weights) == {
        "base_model.model.encoder.q.lora_A.weight",
        "base_model.model.encoder.q.lora_B.weight",
    }
    settings = json.loads(adapter.files["adapter_config.json"])
    assert (settings["peft_type"], settings["r"], settings["lora_alpha"]) == ("LORA", 2, 6.0)
    assert settings["target_modules"] == ["encoder.q"]
    assert adapter.config["task"] == "reverse"


def test_updates_are_scaled_by_alpha_over_rank():
    updates = lora_updates(lora_model({"q": DOWN}, {"q": UP}, alpha=6.0, task=""))
    assert torch.equal(updates["q"].down, DOWN[None])
    assert torch.equal(updates["q"].up, 3.0 * UP[None])  # 6 / 2


def test_what_is_no_lora_is_refused():
    with pytest.raises(ValueError, match=r"has no adapter_config\.json"):
        lora_updates(Model({}, {}))
    empty = Model({}, {}, {"adapter_config.json": b'{"lora_alpha": 1, "r": 1}'})
    with pytest.raises(ValueError, match="holds no LoRA weights"):
        lora_updates(empty)
