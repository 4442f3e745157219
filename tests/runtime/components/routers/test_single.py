import pytest

from heldout.runtime.components.routers.single import single


def test_one_adapter_has_all_weight(make_pool, make_tokens):
    weights = single(make_pool(), make_tokens([[[1.0, 2.0], [3.0, 4.0]]]), member="rotate")
    assert weights.tolist() == [[[0.0, 1.0, 0.0]] * 2]


def test_an_unknown_adapter_is_refused(make_pool, make_tokens):
    with pytest.raises(ValueError, match="no member 'shift'; it has reverse, rotate, last"):
        single(make_pool(), make_tokens([[[1.0, 2.0]]]), member="shift")
