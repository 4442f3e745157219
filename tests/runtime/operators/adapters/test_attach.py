import pytest

from heldout.runtime.artifacts import Model
from heldout.runtime.operators.adapters.attach import attach
from tests.fixtures.tiny_llama import tiny_llama
from tests.runtime.models.test_tuned import tuned


def tiny(tmp_path, hub):
    model, _ = tuned()
    return {"base": tiny_llama(), "adapter": Model(model.weights, model.config, model.files)}


def test_what_tells_the_kind_and_the_tokenizer_are_the_bases(tmp_path):
    made = attach(**tiny(tmp_path, None))
    assert made.files["tokenizer.json"] == tiny_llama().files["tokenizer.json"]
    assert (made.config["repository"], made.config["adapter"]) == ("lab/llama", "lora")


def test_what_is_no_adapter_is_refused():
    with pytest.raises(ValueError, match=r"no adapter: it has no adapter_config\.json"):
        attach(tiny_llama(), tiny_llama())
