import pytest

from heldout.runtime.components.routers.retrieval import retrieval


def test_the_nearest_example_decides_for_all_tokens(make_pool, make_tokens):
    # The mean of the first member's examples is nearer to (0, 1), but one of the last is on it.
    examples = [[[0.6, 0.8], [0.6, 0.8]], [[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [-1.0, 0.0]]]
    tokens = make_tokens([[[0.0, 0.0]] * 2] * 2, embeddings=[[0.0, 1.0], [0.8, 0.6]])
    weights = retrieval(make_pool(examples=examples), tokens)
    assert weights.tolist() == [[[0.0, 0.0, 1.0]] * 2, [[1.0, 0.0, 0.0]] * 2]  # cosines 1 and 0.96


def test_a_pool_without_examples_is_refused(make_pool, make_tokens):
    with pytest.raises(ValueError, match="needs a pool with activations"):
        retrieval(make_pool(), make_tokens([[[0.0, 0.0]]]))
