import pytest

from heldout.runtime.components.routers.merged import merged


def test_every_adapter_has_the_same_weight(make_pool, make_tokens):
    weights = merged(make_pool(), make_tokens([[[1.0, 2.0], [3.0, 4.0]]]))
    assert weights.shape == (1, 2, 3)
    assert weights.flatten().tolist() == pytest.approx([1 / 3] * 6)
