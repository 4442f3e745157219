import json

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, RobertaConfig, RobertaForMaskedLM

from heldout.runtime.artifacts import Model
from heldout.runtime.language.text_inputs import SpecialTokens, joined, single
from heldout.runtime.models.text_encoder import (
    TextEncoder,
    encoder_model,
    hub_format,
    pooled,
    restore_encoder,
)

SIZES = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
BERT = SpecialTokens(padding=0, first=1, separator=2, mask=3)
ROBERTA = SpecialTokens(padding=1, first=0, separator=2, mask=3, separators=2)
A, B = torch.tensor([[7, 8, 9], [9, 0, 0]]), torch.tensor([[5, 0], [5, 6]])


def language_model(config=None):
    torch.manual_seed(0)
    network = BertForMaskedLM(config or BertConfig(vocab_size=12, **SIZES)).eval()
    weights, files = hub_format(network)
    return network, Model(weights, {}, files)


def test_features_are_those_of_the_language_model_without_its_head():
    network, model = language_model()
    inputs = single(A, BERT)
    encoder = restore_encoder(model, "first", BERT).eval()
    mask = (inputs.tokens != 0).long()
    hidden = network.bert(input_ids=inputs.tokens, attention_mask=mask).last_hidden_state
    torch.testing.assert_close(encoder(inputs), hidden[:, 0])


def test_padding_changes_no_features():
    _, model = language_model()
    encoder = restore_encoder(model, "mean", BERT).eval()
    torch.testing.assert_close(encoder(single(A, BERT))[1], encoder(single(A[1:], BERT))[0])


def test_roberta_is_read_with_its_own_padding():
    torch.manual_seed(0)
    config = RobertaConfig(vocab_size=12, pad_token_id=1, **SIZES)
    weights, files = hub_format(RobertaForMaskedLM(config))
    encoder = restore_encoder(Model(weights, {}, files), "mean", ROBERTA).eval()
    one = torch.tensor([[7, 8], [9, 1]])
    torch.testing.assert_close(encoder(single(one, ROBERTA))[1], encoder(single(one[1:], ROBERTA))[0])


def test_the_mean_is_over_what_is_no_padding():
    hidden = torch.tensor([[[2.0], [4.0], [100.0]]])
    mask = torch.tensor([[True, True, False]])
    assert pooled(hidden, mask, "mean").item() == 3.0
    assert pooled(hidden, mask, "first").item() == 2.0


def test_an_artifact_gives_the_same_scores_again(tmp_path):
    _, model = language_model()
    encoder = restore_encoder(model, "mean", BERT).with_fresh_head(3).eval()
    encoder_model(encoder).save(tmp_path)
    again = restore_encoder(Model.load(tmp_path), "first", BERT).eval()
    assert again.pooling == "mean"
    torch.testing.assert_close(again.logit(joined(A, B, BERT)), encoder.logit(joined(A, B, BERT)))


def test_a_sentence_is_as_alike_to_itself_as_can_be():
    _, model = language_model()
    encoder: TextEncoder = restore_encoder(model, "mean", BERT).eval()
    torch.testing.assert_close(encoder.cosine(single(A, BERT), single(A, BERT)), torch.ones(2))


def test_equal_seeds_give_equal_heads():
    _, model = language_model()
    heads = [restore_encoder(model, "mean", BERT).with_fresh_head(s).head.weight for s in (1, 1, 2)]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def test_models_that_do_not_fit_are_refused():
    _, model = language_model()
    with pytest.raises(ValueError, match=r"no config\.json"):
        restore_encoder(Model({}, {}), "mean", BERT)
    with pytest.raises(ValueError, match="the model has the special tokens"):
        made = encoder_model(restore_encoder(model, "mean", BERT))
        restore_encoder(made, "mean", ROBERTA)
    config = json.loads(model.files["config.json"]) | {"hidden_size": 16}
    with pytest.raises(ValueError, match="missing or of another shape"):
        restore_encoder(Model(model.weights, {}, {"config.json": json.dumps(config).encode()}), "mean", BERT)
    with pytest.raises(ValueError, match="no encoder of text"):
        restore_encoder(Model({}, {}, {"config.json": b'{"model_type": "vit"}'}), "mean", BERT)
