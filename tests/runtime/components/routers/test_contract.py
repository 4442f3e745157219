import math

import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.components.routers.contract import (
    for_every_token,
    pool_of,
    standardized,
    top_weights,
    vector_scores,
)
from heldout.runtime.models.lora_format import lora_model

CPU = torch.device("cpu")


def test_vectors_are_standardized_over_their_last_dimension():
    # Mean 2, standard deviation 1 (over n, not n - 1).
    assert torch.allclose(standardized(torch.tensor([[1.0, 3.0]])), torch.tensor([[-1.0, 1.0]]), atol=1e-4)


def test_scores_are_scaled_products_of_standardized_vectors():
    # Both standardize to (-1, 1) and (1, -1): products 2 and -2, over the root of 2.
    scores = vector_scores(torch.tensor([[1.0, 3.0], [9.0, 5.0]]), torch.tensor([[[0.0, 4.0]]]))
    assert scores.flatten().tolist() == pytest.approx([math.sqrt(2), -math.sqrt(2)], abs=1e-4)


def test_the_softmax_is_over_the_best_alone():
    # exp(ln 3) to exp(0) is 3 to 1; the third, smaller, has nothing.
    weights = top_weights(torch.tensor([[0.0, math.log(3), -1.0]]), k=2)
    assert weights.tolist()[0] == pytest.approx([0.25, 0.75, 0.0])
    assert top_weights(torch.tensor([[0.0, 2.0]]), k=1).tolist() == [[0.0, 1.0]]
    with pytest.raises(ValueError, match="top 3 of 2 adapters"):
        top_weights(torch.zeros(1, 2), k=3)


def test_weights_of_an_example_are_those_of_its_tokens():
    weights = for_every_token(torch.tensor([[1.0, 0.0]]), torch.zeros(2, 3, 4))
    assert weights.shape == (2, 3, 2)
    assert (weights[..., 0] == 1).all()


def test_one_adapter_is_a_pool_of_one_and_other_models_are_none():
    single = lora_model({"q": torch.ones(1, 2)}, {"q": torch.ones(3, 1)}, alpha=1.0, task="last")
    pool = pool_of(single, CPU)
    assert pool.members == ("last",)
    assert pool.updates["q"].up.shape == (1, 3, 1)
    with pytest.raises(ValueError, match="needs a pool of adapters, or one adapter"):
        pool_of(Model({}, {"adapter": "gate"}), CPU)
