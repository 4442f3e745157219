import numpy as np
import pytest

from heldout.runtime.components.graph_shifts.feature_noise import feature_noise
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model


def test_the_noise_has_the_deviation_that_was_asked_for():
    graph = contextual_block_model(num_nodes=500, num_features=40, degree=1)
    noise = feature_noise(graph, 0.5, np.random.default_rng(0), deviations=3.0).x - graph.x
    # 0.5 * 3 standard deviations of the features; 20,000 numbers tell it to 0.5 %.
    assert noise.std().item() == pytest.approx(1.5 * graph.x.std().item(), rel=0.02)
    assert noise.mean().abs().item() < 4 * 1.5 * graph.x.std().item() / np.sqrt(20_000)
