import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.lookup import named_files
from heldout.runtime.models.classifier import build_classifier, classifier_model, restore_classifier

TINY_VIT = {"patch_size": 4, "width": 8, "depth": 1, "heads": 2}
TINY_RESNET = {"widths": [8, 16], "depths": [1, 1]}
HUB_CONFIG = {
    "model_type": "resnet",
    "num_channels": 2,
    "embedding_size": 4,
    "hidden_sizes": [8],
    "depths": [1],
}
TEXT_CONFIG = {
    "model_type": "bert",
    "vocab_size": 9,
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "hidden_dropout_prob": 0.0,  # whose masks differ from pass to pass
    "attention_probs_dropout_prob": 0.0,
}

# Small parameters for the networks whose own would make the tests slow.
TINY = {
    "conv": {"width": 4},
    "mlp": {"width": 8},
    "vit": TINY_VIT,
    "resnet": TINY_RESNET,
    "hub": {"config": HUB_CONFIG},
    "text-encoder": {"config": TEXT_CONFIG},
}
SHAPE = (2, 8, 8)
TOKENS = (6,)  # of what reads text


def networks():
    return [name.partition("/")[2] for name, path in named_files() if name.startswith("networks/")]


NAMES = sorted(networks())


@pytest.fixture(autouse=True)
def deterministic():
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


def built(name, seed=0):
    shape = TOKENS if name == "text-encoder" else SHAPE
    return build_classifier({name: TINY.get(name, {})}, shape, 3, seed)


def inputs(name):
    return torch.randint(1, 9, (5, *TOKENS)) if name == "text-encoder" else torch.rand(5, *SHAPE)


def gradients(module, x):
    module.train()
    module(x).square().sum().backward()
    return [parameter.grad for parameter in module.parameters()]


@pytest.mark.parametrize("name", NAMES)
def test_features_have_the_promised_size(name):
    module = built(name)
    features = module.featurizer(inputs(name))
    assert features.shape == (5, module.featurizer.num_features)
    assert module(inputs(name)).shape == (5, 3)


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_bits_forward_and_backward(name):
    x = inputs(name)
    one, two = built(name), built(name)
    for first, second in zip(gradients(one, x), gradients(two, x), strict=True):
        assert first is not None
        assert torch.equal(first, second)
    assert any(
        not torch.equal(p, q) for p, q in zip(one.parameters(), built(name, seed=1).parameters(), strict=True)
    )


@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_gradients_exist(name):
    module = built(name)
    module.eval()
    loss = module(inputs(name)).square().sum()
    first = torch.autograd.grad(loss, list(module.parameters()), create_graph=True)
    second = torch.autograd.grad(sum(g.square().sum() for g in first), module.head.weight)
    assert second[0].isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_saved_and_restored_is_the_same_function(name, tmp_path):
    module = built(name)
    gradients(module, inputs(name))  # batch norm has seen something
    x = inputs(name)
    classifier_model(module).save(tmp_path)
    restored = restore_classifier(Model.load(tmp_path), seed=9)
    assert torch.equal(restored.eval()(x), module.eval()(x))


@pytest.mark.parametrize("name", NAMES)
def test_another_number_of_classes_keeps_the_features(name):
    module = built(name)
    other = restore_classifier(classifier_model(module), num_classes=7, seed=1)
    x = inputs(name)
    assert torch.equal(other.eval().featurizer(x), module.eval().featurizer(x))
    assert other(x).shape == (5, 7)


@pytest.mark.parametrize("name", NAMES)
def test_the_saved_bytes_repeat(name, tmp_path):
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        classifier_model(built(name)).save(tmp_path / str(number))
    one, two = (sorted((tmp_path / str(number)).iterdir()) for number in (1, 2))
    assert [file.name for file in one] == [file.name for file in two]
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]
