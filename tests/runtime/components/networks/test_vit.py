import pytest
import torch

from heldout.runtime.components.networks.vit import vit

TINY = {"patch_size": 4, "width": 8, "depth": 2, "heads": 2}


def test_sizes_are_those_of_vit_tiny():
    model = vit((3, 32, 32)).backbone
    # Per layer: 4 projections of 192 x 192, two of 192 x 768, their biases, two layer norms.
    layer = 4 * (192 * 192 + 192) + 2 * 192 * 768 + 768 + 192 + 2 * 2 * 192
    embeddings = 192 * 3 * 16 * 16 + 192 + 192 + (1 + 4) * 192
    assert sum(p.numel() for p in model.parameters()) == 12 * layer + embeddings + 2 * 192


def test_features_are_the_normalised_class_token():
    network = vit((1, 8, 8), **TINY).eval()
    x = torch.rand(3, 1, 8, 8)
    features = network(x)
    assert torch.equal(features, network.backbone(pixel_values=x).last_hidden_state[:, 0])
    # A fresh layer norm has weight 1 and bias 0: mean 0 and mean square 1 over the features.
    torch.testing.assert_close(features.mean(1), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(features.square().mean(1), torch.ones(3), atol=1e-3, rtol=0)


@pytest.mark.parametrize(
    ("shape", "parameters", "message"),
    [
        ((8,), {}, "vit needs square inputs"),
        ((1, 8, 9), {}, "vit needs square inputs"),
        ((1, 8, 8), {"patch_size": 3}, "patches of 3 pixels do not tile images of 8"),
        ((1, 8, 8), {"heads": 3}, "3 heads do not divide a width of 8"),
    ],
)
def test_what_does_not_fit_is_refused(shape, parameters, message):
    with pytest.raises(ValueError, match=message):
        vit(shape, **(TINY | parameters))
