import copy

import pytest
import torch

from heldout.runtime.components.adaptations.contract import entropy
from heldout.runtime.components.adaptations.tent import batch_statistics, tent
from heldout.runtime.components.networks.hub import hub
from heldout.runtime.models.classifier import build_classifier

CONV = {"conv": {"width": 4, "norm": "batch"}}


def built(network=CONV):
    return build_classifier(network, (1, 8, 8), 3, seed=0).eval().requires_grad_(False)


def batch(seed=0, shift=0.0):
    return torch.rand(16, 1, 8, 8, generator=torch.Generator().manual_seed(seed)) + shift


def test_only_scales_and_shifts_of_batch_norm_are_in_the_state():
    state = tent.initial_state(built(), None)
    # Four convolutions of 4, 8, 8 and 8 channels, each with a scale and a shift.
    assert sum(value.numel() for value in state.values()) == 2 * (4 + 8 + 8 + 8)


def test_the_first_step_of_adam_moves_every_parameter_by_the_learning_rate():
    classifier = built()
    state = tent.initial_state(classifier, None)
    after = tent(classifier, batch(), state, learning_rate=0.01).state
    # Adam's first step is the gradient over its own absolute value: its sign.
    moved = torch.cat([after[name] - value for name, value in state.items()]).abs()
    assert (moved > 0.0099).float().mean() > 0.9
    assert moved.max() < 0.0101


def test_steps_lower_the_entropy_of_the_batch():
    classifier, x = built(), batch(shift=0.5)
    state = tent.initial_state(classifier, None)
    seen = []
    for _ in range(10):
        step = tent(classifier, x, state)
        state = step.state
        seen.append(entropy(step.logits).mean().item())
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] < seen[0]


def test_several_steps_of_a_batch_are_the_same_as_so_many_calls():
    classifier, x = built(), batch()
    state = tent.initial_state(classifier, None)
    once = tent(classifier, x, tent(classifier, x, state).state)
    twice = tent(classifier, x, state, steps=2)
    assert torch.equal(once.logits, twice.logits)
    assert all(torch.equal(value, once.state[name]) for name, value in twice.state.items())


def test_the_batch_is_normalised_by_its_own_statistics():
    classifier, x = built(), batch(shift=2.0)
    training = copy.deepcopy(classifier).train()  # where batch norm does so by itself
    logits = tent(classifier, x, tent.initial_state(classifier, None)).logits
    torch.testing.assert_close(logits, training(x).detach())
    assert not torch.allclose(logits, classifier(x))


def test_the_classifier_is_left_as_it_was():
    classifier = built()
    before = {name: value.clone() for name, value in classifier.state_dict().items()}
    tent(classifier, batch(), tent.initial_state(classifier, None))
    assert all(torch.equal(value, before[name]) for name, value in classifier.state_dict().items())
    assert not any(module.training for module in classifier.modules())


def test_a_frozen_norm_of_the_hub_takes_the_batchs_statistics_too():
    config = {
        "model_type": "resnet",
        "num_channels": 1,
        "embedding_size": 4,
        "hidden_sizes": [4],
        "depths": [1],
    }
    network = hub((1, 8, 8), config=config, freeze_batch_norm=True).eval()
    norm = network.backbone.embedder.embedder.normalization
    x = batch(shift=3.0)
    with torch.no_grad(), batch_statistics(network):
        out = torch.nn.functional.relu(norm(network.backbone.embedder.embedder.convolution(x)))
        assert torch.allclose(norm(out).mean((0, 2, 3)), norm.bias, atol=1e-5)
    assert torch.equal(norm.running_mean, torch.zeros(4))


def test_a_network_without_batch_norm_is_refused():
    with pytest.raises(ValueError, match="tent needs a network with batch norm"):
        tent.initial_state(built("mlp"), None)
