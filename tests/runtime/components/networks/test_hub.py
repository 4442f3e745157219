import pytest
import torch
from transformers import (
    AutoModel,
    ResNetConfig,
    ResNetForImageClassification,
    ViTConfig,
    ViTForImageClassification,
    ViTModel,
)

from heldout.runtime.artifacts import Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.components.networks.hub import hub
from heldout.runtime.models.classifier import build_classifier, classifier_model, restore_classifier
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.fetch.model import model as fetch
from heldout.runtime.operators.train.classifier import classifier
from tests.fixtures.written import written

classifier = written(classifier)

COMMIT = "c" * 40
VIT = ViTConfig(
    hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16, image_size=8,
    patch_size=4, num_channels=1, num_labels=3,
)  # fmt: skip
RESNET = ResNetConfig(
    num_channels=1, embedding_size=4, hidden_sizes=[4, 8], depths=[1, 1], layer_type="basic"
)
X = torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def published(folder, made):
    """The files of a model as its authors would upload them, a pickle among them."""
    torch.manual_seed(1)
    model = made().eval()
    model.save_pretrained(folder)
    return model, {file.name: file.read_bytes() for file in folder.iterdir()} | {"pytorch_model.bin": b"no"}


def fetched(hub, files):
    hub("model", "lab/net", COMMIT, files)
    return fetch(repository="lab/net", revision=COMMIT)


def test_a_fetched_vit_gives_the_features_of_its_authors_model(hub, tmp_path):
    original, files = published(tmp_path / "up", lambda: ViTForImageClassification(VIT))
    module = restore_classifier(fetched(hub, files), num_classes=4, shape=(1, 8, 8)).eval()
    expected = original.vit(pixel_values=X).last_hidden_state[:, 0]
    torch.testing.assert_close(module.featurizer(X), expected, atol=1e-6, rtol=1e-5)
    assert module(X).shape == (5, 4)


def test_a_fetched_resnet_gives_the_features_of_its_authors_model(hub, tmp_path):
    original, files = published(tmp_path / "up", lambda: ResNetForImageClassification(RESNET))
    module = restore_classifier(fetched(hub, files), num_classes=4, shape=(1, 8, 8)).eval()
    expected = original.resnet(pixel_values=X).pooler_output.flatten(1)
    torch.testing.assert_close(module.featurizer(X), expected)


def test_training_starts_from_a_fetched_model_and_the_result_is_restored(hub, tmp_path):
    _, files = published(tmp_path / "up", lambda: ViTForImageClassification(VIT))
    digits = rotated_digits(angles=[0]).take(range(64))
    start = fetched(hub, files)
    trained = classifier(
        digits, start, checkpoint=Checkpoint(), steps=2, batch_size=8, learning_rate=1e-3
    ).model
    assert set(trained.config["network"]) == {"hub"}
    (tmp_path / "saved").mkdir()
    trained.save(tmp_path / "saved")
    restored = restore_classifier(Model.load(tmp_path / "saved")).eval()
    assert restored(digits.x).shape == (64, 10)
    untrained = restore_classifier(start, 10, shape=(1, 8, 8))
    assert not torch.allclose(restored.featurizer(digits.x), untrained.eval().featurizer(digits.x))


@pytest.mark.parametrize(
    "network",
    [
        {"vit": {"patch_size": 4, "width": 8, "depth": 1, "heads": 2}},
        {"resnet": {"widths": [4, 8], "depths": [1, 1]}},
    ],
)
def test_what_is_saved_opens_with_from_pretrained(network, tmp_path):
    module = build_classifier(network, (1, 8, 8), 3, seed=0).eval()
    classifier_model(module).save(tmp_path)
    opened, report = AutoModel.from_pretrained(
        tmp_path, output_loading_info=True, attn_implementation="eager"
    )
    # The head is ours, and a ViT's pooler is not part of the features.
    assert set(report["unexpected_keys"]) == {"head.weight", "head.bias"}
    assert all(name.startswith("pooler.") for name in report["missing_keys"])
    assert torch.equal(
        opened.eval()(pixel_values=X).last_hidden_state,
        module.featurizer.backbone(pixel_values=X).last_hidden_state,
    )
    if "vit" in network:
        assert isinstance(opened, ViTModel)


def test_weights_of_another_precision_are_taken_as_float32():
    module = build_classifier({"hub": {"config": RESNET.to_dict()}}, (1, 8, 8), 3, seed=0)
    saved = classifier_model(module)
    half = Model(
        {k: v.bfloat16() if v.is_floating_point() else v for k, v in saved.weights.items()}, saved.config
    )
    restored = restore_classifier(half)
    assert all(p.dtype == torch.float32 for p in restored.parameters())
    assert torch.allclose(restored.eval()(X), module.eval()(X), atol=0.05)


def test_the_global_stream_of_random_numbers_is_left_alone():
    saved = classifier_model(build_classifier({"hub": {"config": VIT.to_dict()}}, (1, 8, 8), 3, seed=0))
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    restore_classifier(saved)
    assert torch.equal(torch.rand(1), expected)


def test_missing_weights_are_named(hub, tmp_path):
    _, files = published(tmp_path / "up", lambda: ResNetForImageClassification(RESNET))
    model = fetched(hub, files)
    name = "resnet.embedder.embedder.convolution.weight"
    without = Model({k: v for k, v in model.weights.items() if k != name}, model.config, model.files)
    with pytest.raises(ValueError, match=r"1 weights are missing .*embedder\.embedder\.convolution\.weight"):
        restore_classifier(without, 3, shape=(1, 8, 8))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model_type": "no-such-model"}, "transformers cannot build 'no-such-model'"),
        ({}, "transformers cannot build None"),
        (
            VIT.to_dict() | {"image_size": 224},
            r"'vit' takes inputs \[1, 224, 224\], the data have \[1, 8, 8\]",
        ),
        (VIT.to_dict() | {"num_channels": 3}, r"takes inputs \[3, 8, 8\]"),
        (
            {
                "model_type": "bert",
                "hidden_size": 4,
                "num_hidden_layers": 1,
                "num_attention_heads": 1,
                "vocab_size": 9,
            },
            "'bert' takes input_ids, not images",
        ),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(config, message):
    with pytest.raises(ValueError, match=message):
        hub((1, 8, 8), config=config)


def test_a_model_without_a_head_must_be_trained_first(hub, tmp_path):
    _, files = published(tmp_path / "up", lambda: ViTForImageClassification(VIT))
    headless = fetched(hub, files)
    with pytest.raises(ValueError, match="has no head yet"):
        restore_classifier(headless, shape=(1, 8, 8))
    with pytest.raises(ValueError, match="has no head yet"):
        restore_classifier(headless, 3)
