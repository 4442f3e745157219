import numpy as np
import pytest
import torch

from heldout.runtime.components.graph_shifts.feature_mask import feature_mask
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model


def test_whole_features_are_masked_and_the_others_stay():
    graph = contextual_block_model(num_nodes=8, num_features=1000, degree=1)
    found = feature_mask(graph, 0.5, np.random.default_rng(0), share=0.6)
    masked = (found.x == 0).all(0)
    # 1,000 features, each with probability 0.3: sqrt(0.3 * 0.7 / 1000) = 0.014.
    assert masked.double().mean().item() == pytest.approx(0.3, abs=0.058)
    assert torch.equal(found.x[:, ~masked], graph.x[:, ~masked])
