import pytest
import torch
from transformers import AutoModel, MPNetConfig, MPNetModel, RobertaConfig, RobertaModel, ViTConfig

from heldout.runtime.components.networks.text_encoder import text_encoder
from heldout.runtime.models.classifier import build_classifier, classifier_model
from tests.runtime.small_encoders import BERT, write_encoder

# Two texts, of 5 and of 3 tokens, at 8 places; the padding is 0.
X = torch.tensor([[2, 4, 8, 9, 3, 0, 0, 0], [2, 5, 3, 0, 0, 0, 0, 0]])


def opened(folder, pooling):
    original = write_encoder(folder)
    features = text_encoder((8,), config=BERT.to_dict(), pooling=pooling).eval()
    features.load_from_hub_format(original.state_dict())
    return original, features


@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_features_are_pooled_from_what_transformers_gives(tmp_path, pooling):
    original, features = opened(tmp_path / "encoder", pooling)
    with torch.no_grad():
        found = features(X)
        for row, length in ((0, 5), (1, 3)):  # each text by itself, without padding
            hidden = original(input_ids=X[row : row + 1, :length]).last_hidden_state[0]
            expected = hidden.mean(dim=0) if pooling == "mean" else hidden[0]
            torch.testing.assert_close(found[row], expected, atol=1e-6, rtol=1e-5)


def test_more_padding_changes_nothing(tmp_path):
    _, features = opened(tmp_path / "encoder", "mean")
    with torch.no_grad():
        torch.testing.assert_close(features(X[1:]), features(X)[1:], atol=1e-6, rtol=1e-5)
        assert features(torch.zeros(1, 8, dtype=torch.int64)).isfinite().all()


@pytest.mark.parametrize(
    ("kind", "model"), [(RobertaConfig, RobertaModel), (MPNetConfig, MPNetModel)], ids=["roberta", "mpnet"]
)
def test_positions_that_are_counted_from_behind_the_padding(kind, model):
    config = kind(
        vocab_size=14, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=10, pad_token_id=1,
    )  # fmt: skip
    torch.manual_seed(0)
    original = model(config).eval()
    features = text_encoder((8,), config=config.to_dict(), pooling="first").eval()
    features.load_from_hub_format(original.state_dict())
    x = torch.tensor([[2, 4, 8, 9, 3, 5, 6, 3], [2, 5, 3, 1, 1, 1, 1, 1]])
    with torch.no_grad():
        for row, length in ((0, 8), (1, 3)):
            expected = original(input_ids=x[row : row + 1, :length]).last_hidden_state[0, 0]
            torch.testing.assert_close(features(x)[row], expected, atol=1e-6, rtol=1e-5)
    with pytest.raises(ValueError, match="has 8 positions, the data have 9: write `max_tokens: 8`"):
        text_encoder((9,), config=config.to_dict())


def test_what_is_saved_opens_with_from_pretrained(tmp_path):
    network = {"text-encoder": {"config": BERT.to_dict(), "pooling": "mean"}}
    module = build_classifier(network, (8,), 3, seed=0).eval()
    classifier_model(module).save(tmp_path)
    opened = AutoModel.from_pretrained(tmp_path, attn_implementation="eager").eval()
    with torch.no_grad():
        hidden = opened(input_ids=X[1:, :3]).last_hidden_state[0].mean(dim=0)
        torch.testing.assert_close(module.featurizer(X)[1], hidden, atol=1e-6, rtol=1e-5)


def test_inputs_that_an_objective_has_mixed_are_refused():
    features = text_encoder((8,), config=BERT.to_dict())
    with pytest.raises(ValueError, match="tokens, whole numbers; these inputs are fractions"):
        features(X.float())


@pytest.mark.parametrize(
    ("shape", "config", "message"),
    [
        ((3, 8, 8), BERT.to_dict(), r"reads rows of tokens, the data have inputs \[3, 8, 8\]"),
        ((13,), BERT.to_dict(), "'bert' has 12 positions, the data have 13: write `max_tokens: 12`"),
        ((8,), ViTConfig(hidden_size=8, num_attention_heads=2).to_dict(), "'vit' is no encoder of text"),
        ((8,), {"model_type": "no-such-model"}, "transformers cannot build 'no-such-model'"),
        ((8,), BERT.to_dict() | {"pad_token_id": None}, "'bert' names no `pad_token_id`"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(shape, config, message):
    with pytest.raises(ValueError, match=message):
        text_encoder(shape, config=config)
