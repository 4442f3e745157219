import math

import torch

from heldout.runtime.components.adaptations.contract import entropy, features_of


def test_entropy_of_an_even_and_a_certain_prediction():
    logits = torch.tensor([[0.0, 0.0], [100.0, 0.0]])
    torch.testing.assert_close(entropy(logits), torch.tensor([math.log(2), 0.0]))


def test_features_are_the_featurizers_whatever_the_batch_size(plain):
    x = torch.rand(7, 3)
    classifier = plain([[1.0, 0.0, 0.0]])
    assert torch.equal(features_of(classifier, x.split(2)), x)
