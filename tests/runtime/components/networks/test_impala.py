import pytest
import torch

from heldout.runtime.components.networks.impala import impala


def test_its_size_by_hand():
    network = impala((3, 9, 7), channels=[4, 8], width=16)
    # A section: one convolution in, four in its two residual blocks; 3 x 3 weights and a bias each.
    sections = (4 * 3 * 9 + 4) + 4 * (4 * 4 * 9 + 4) + (8 * 4 * 9 + 8) + 4 * (8 * 8 * 9 + 8)
    # 9 x 7 becomes 5 x 4 and then 3 x 2.
    dense = 16 * (8 * 3 * 2) + 16
    assert sum(p.numel() for p in network.parameters()) == sections + dense
    assert network(torch.rand(2, 3, 9, 7)).shape == (2, 16)


def test_procgens_network_has_fifteen_convolutions():
    convolutions = [m for m in impala((3, 64, 64)).modules() if isinstance(m, torch.nn.Conv2d)]
    assert len(convolutions) == 15
    assert impala((3, 64, 64)).num_features == 256


def test_inputs_that_are_no_pictures_and_no_sections_are_refused():
    with pytest.raises(ValueError, match=r"got shape \[5\]"):
        impala((5,))
    with pytest.raises(ValueError, match="at least one section"):
        impala((3, 8, 8), channels=[])
