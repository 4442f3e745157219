import json

import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.models.causal_reader import causal_reader
from heldout.runtime.models.language_model import build_language_model, language_model_artifact
from tests.fixtures.tiny_llama import tiny_llama

TOKENS = torch.tensor([[1, 5, 6, 7], [1, 8, 9, 0]])


def changed(name, **about):
    model = tiny_llama()
    return Model(model.weights, {}, model.files | {name: json.dumps(about).encode()})


def test_logits_at_some_places_are_those_of_the_whole():
    reader = causal_reader(tiny_llama(), "float32")
    whole = reader.network(TOKENS).logits
    torch.testing.assert_close(reader.logits(TOKENS, torch.tensor([1, 3])), whole[:, [1, 3]])
    assert (reader.vocabulary, reader.context, reader.ends) == (whole.shape[2], 128, (2,))


def test_a_network_of_this_project_is_read_too():
    network = {"decoder": {"width": 8, "depth": 1, "heads": 2}}
    module = build_language_model(network, 12, 0)
    reader = causal_reader(language_model_artifact(module, network, 12), "float32")
    torch.testing.assert_close(reader.logits(TOKENS, torch.tensor([2])), module.eval()(TOKENS)[:, [2]])
    with pytest.raises(ValueError, match="is read in float32"):
        causal_reader(language_model_artifact(module, network, 12), "bfloat16")


def test_ends_are_those_of_the_generation_config_first():
    assert causal_reader(changed("generation_config.json", eos_token_id=[3, 4]), "float32").ends == (3, 4)
    assert causal_reader(changed("generation_config.json"), "float32").ends == (2,)


def test_says_what_is_no_causal_language_model():
    with pytest.raises(ValueError, match="'vit' is no causal language model"):
        causal_reader(changed("config.json", model_type="vit"), "float32")
    with pytest.raises(ValueError, match="missing or of another shape"):
        causal_reader(Model({}, {}, tiny_llama().files), "float32")
