import pytest
import torch
from torch import nn

from heldout.runtime.models.encoder_decoder import restore_encoder_decoder
from heldout.runtime.models.low_rank import Update, in_full, linear_modules, updated, updated_output

# Two updates of rank 1 of a module from 2 features to 1: down (1, 0), up 2, and down (0, 1), up 3.
TWO = Update(torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]]]), torch.tensor([[[2.0]], [[3.0]]]))
INPUTS = torch.tensor([[[1.0, 10.0], [4.0, 5.0]]])  # one example, two tokens


def test_two_experts_by_hand():
    weights = torch.tensor([[[1.0, 0.0], [0.25, 0.5]]])
    # First token: 1 * 2 * 1. Second: 0.25 * 2 * 4 + 0.5 * 3 * 5.
    assert updated_output(TWO, INPUTS, weights).tolist() == [[[2.0], [9.5]]]


def test_higher_ranks_are_matrix_products():
    g = torch.Generator().manual_seed(0)
    down, up = torch.randn(3, 2, 5, generator=g), torch.randn(3, 4, 2, generator=g)
    inputs, weights = torch.randn(2, 7, 5, generator=g), torch.rand(2, 7, 3, generator=g)
    expected = sum(weights[..., e, None] * (inputs @ (up[e] @ down[e]).T) for e in range(3))
    assert torch.allclose(updated_output(Update(down, up), inputs, weights), expected, atol=1e-5)


def test_a_model_computes_with_updates_inside_the_block_and_without_after_it():
    model = nn.Sequential(nn.Linear(2, 1))
    plain = model(INPUTS)
    seen = []

    def weigh(name, inputs):
        seen.append((name, inputs))
        return torch.tensor([[[1.0, 0.0], [0.25, 0.5]]])

    with updated(model, {"0": TWO}, weigh):
        assert torch.allclose(model(INPUTS) - plain, torch.tensor([[[2.0], [9.5]]]))
    assert torch.equal(model(INPUTS), plain)
    assert [name for name, _ in seen] == ["0"]
    assert torch.equal(seen[0][1], INPUTS)


def test_hooks_go_when_the_block_fails():
    model = nn.Sequential(nn.Linear(2, 1))
    with pytest.raises(RuntimeError, match="stop"), updated(model, {"0": TWO}, in_full):
        raise RuntimeError("stop")
    assert not model[0]._forward_hooks


@pytest.mark.parametrize(
    ("model", "name", "message"),
    [
        (nn.Sequential(nn.Linear(2, 1)), "1", "has no module '1'"),
        (nn.Sequential(nn.ReLU()), "0", "'0' is no linear module"),
        (nn.Sequential(nn.Linear(3, 1)), "0", "of another size than 3 x 1"),
    ],
)
def test_updates_that_do_not_fit_are_refused(model, name, message):
    with pytest.raises(ValueError, match=message), updated(model, {name: TWO}, in_full):
        pass
    assert not any(inner._forward_hooks for inner in model.modules())


def test_the_head_is_never_adapted(base):
    module = restore_encoder_decoder(base)
    # 1 + 1 layers: 4 + 2 in the encoder's, 4 + 4 + 2 in the decoder's.
    assert len(linear_modules(module, ".*")) == 16
    assert "lm_head" not in linear_modules(module, ".*")
    assert set(linear_modules(module, r".*\.wo")) == {
        "encoder.block.0.layer.1.DenseReluDense.wo",
        "decoder.block.0.layer.2.DenseReluDense.wo",
    }
    with pytest.raises(ValueError, match="no linear module has a name like 'wo'"):
        linear_modules(module, "wo")
