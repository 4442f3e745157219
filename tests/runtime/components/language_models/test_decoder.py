import pytest
import torch

from heldout.runtime.components.language_models.decoder import decoder

SCHEMES = ("none", "absolute", "t5-relative", "alibi", "rotary")
TOKENS = torch.tensor([[1, 5, 6, 7, 2], [1, 3, 3, 3, 2]])


def built(positions, **sizes):
    torch.manual_seed(0)
    return decoder(8, positions=positions, width=16, depth=2, heads=2, **sizes).eval()


@pytest.mark.parametrize("positions", SCHEMES)
def test_what_comes_later_changes_nothing_before(positions):
    module = built(positions)
    other = TOKENS.clone()
    other[:, 3:] = 4
    now, then = module(TOKENS), module(other)
    torch.testing.assert_close(now[:, :3], then[:, :3])
    assert not torch.allclose(now[:, 3:], then[:, 3:])


@pytest.mark.parametrize("positions", SCHEMES)
def test_attention_is_a_distribution_over_the_places_so_far(positions):
    attention = built(positions).attentions(TOKENS)
    assert attention.shape == (2, 2, 2, 5, 5)  # layers, batch, heads, queries, keys
    torch.testing.assert_close(attention.sum(-1), torch.ones(2, 2, 2, 5))
    assert attention.triu(1).abs().max() == 0


def test_equal_seeds_give_equal_weights_under_all_schemes():
    plain = built("none").state_dict()
    for positions in SCHEMES:
        weights = built(positions).state_dict()
        assert all(torch.equal(plain[name], weights[name]) for name in plain)
        assert set(weights) - set(plain) <= {"t5_bias.by_bucket.weight"}


def test_only_without_positions_is_a_repeated_token_alike_everywhere():
    # Every place of a sequence of one token has the same value to attend to, so position is invisible.
    same = torch.full((1, 6), 3)
    for positions in SCHEMES:
        logits = built(positions)(same)[0]
        alike = torch.allclose(logits, logits[:1].expand_as(logits), atol=1e-5)
        assert alike == (positions != "absolute")


@pytest.mark.parametrize("positions", ("t5-relative", "alibi", "rotary"))
def test_relative_schemes_tell_orders_apart_that_one_layer_without_positions_cannot(positions):
    torch.manual_seed(0)
    one_layer = {"width": 16, "depth": 1, "heads": 2}
    swapped = torch.tensor([[1, 6, 5, 7, 2]]), torch.tensor([[1, 5, 6, 7, 2]])
    blind = decoder(8, positions="none", **one_layer)
    torch.testing.assert_close(blind(swapped[0])[:, -1], blind(swapped[1])[:, -1])
    seeing = decoder(8, positions=positions, **one_layer)
    assert not torch.allclose(seeing(swapped[0])[:, -1], seeing(swapped[1])[:, -1])


def test_refuses_heads_that_do_not_fit():
    with pytest.raises(ValueError, match="3 heads do not divide a width of 16"):
        decoder(8, width=16, heads=3)
    with pytest.raises(ValueError, match="heads of even width, got 3"):
        decoder(8, width=6, heads=2, positions="rotary")
