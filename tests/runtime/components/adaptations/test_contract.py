import math

import pyarrow as pa
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.components.adaptations.contract import entropy, features_of


def test_entropy_of_an_even_and_a_certain_prediction():
    logits = torch.tensor([[0.0, 0.0], [100.0, 0.0]])
    torch.testing.assert_close(entropy(logits), torch.tensor([math.log(2), 0.0]))


def test_features_are_the_featurizers_whatever_the_batch_size(plain):
    x = torch.rand(7, 3)
    classifier = plain([[1.0, 0.0, 0.0]])
    data = Dataset(pa.table({"id": [str(row) for row in range(7)]}), {"x": x})
    assert torch.equal(features_of(classifier, data, batch_size=2), x)
