from heldout.runtime.components.routers.unadapted import unadapted


def test_no_adapter_has_any_weight(make_pool, make_tokens):
    weights = unadapted(make_pool(), make_tokens([[[1.0, 2.0], [3.0, 4.0]]]))
    assert weights.tolist() == [[[0.0] * 3] * 2]
