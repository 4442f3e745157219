import math

import pytest

from heldout.runtime.components.routers.average_activation import average_activation

# Of two features, (low, high) standardizes to (-1, 1) and (high, low) to (1, -1).
VECTORS = [[0.0, 2.0], [5.0, 1.0], [3.0, 9.0]]


def test_two_best_by_hand(make_pool, make_tokens):
    # A token that rises fits the first and the last alike, one that falls the second alone.
    tokens = make_tokens([[[1.0, 3.0], [8.0, 2.0]]])
    weights = average_activation(make_pool(mean_inputs=VECTORS), tokens, k=2)
    # Scores of the second token: (-2, 2, -2) / sqrt 2; the best is ahead by 4 / sqrt 2.
    best = 1 / (1 + math.exp(-4 / math.sqrt(2)))
    assert weights[0, 0].tolist() == pytest.approx([0.5, 0.0, 0.5], abs=1e-4)
    assert weights[0, 1].tolist()[1] == pytest.approx(best, abs=1e-4)
    assert weights[0, 1].sum().item() == pytest.approx(1.0)


def test_only_the_best_at_k_1(make_pool, make_tokens):
    weights = average_activation(make_pool(mean_inputs=VECTORS), make_tokens([[[8.0, 2.0]]]), k=1)
    assert weights.tolist() == [[[0.0, 1.0, 0.0]]]


def test_a_pool_without_mean_inputs_is_refused(make_pool, make_tokens):
    with pytest.raises(ValueError, match="needs a pool with activations"):
        average_activation(make_pool(), make_tokens([[[1.0, 2.0]]]))
