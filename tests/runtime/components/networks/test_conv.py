import pytest
import torch

from heldout.runtime.components.networks.conv import conv


def test_sizes_are_those_of_the_paper():
    shapes = [tuple(p.shape) for p in conv((1, 28, 28)).parameters() if p.ndim == 4]
    assert shapes == [(64, 1, 3, 3), (128, 64, 3, 3), (128, 128, 3, 3), (128, 128, 3, 3)]


def test_one_convolution_halves_the_image():
    network = conv((1, 8, 8), width=8)
    assert network.layers(torch.rand(2, 1, 8, 8)).shape == (2, 16, 4, 4)


def test_features_do_not_depend_on_the_other_examples():
    network = conv((1, 8, 8), width=8)
    x = torch.rand(6, 1, 8, 8)
    torch.testing.assert_close(network(x)[:1], network(x[:1]))


def test_an_odd_width_has_as_many_groups_as_divide_it():
    network = conv((1, 8, 8), width=6)
    groups = [layer.num_groups for layer in network.layers if isinstance(layer, torch.nn.GroupNorm)]
    assert groups == [2, 4, 4, 4]  # of 6, 12, 12 and 12 channels


def test_batch_norm_learns_its_statistics_from_the_examples():
    network = conv((1, 8, 8), width=4, norm="batch").train()
    norms = [layer for layer in network.layers if isinstance(layer, torch.nn.BatchNorm2d)]
    assert [norm.num_features for norm in norms] == [4, 8, 8, 8]
    network(torch.rand(6, 1, 8, 8))
    assert all(norm.running_mean.any() for norm in norms)


def test_an_input_that_is_no_image_is_refused():
    with pytest.raises(ValueError, match=r"conv needs inputs \[channels, height, width\], got shape \[5\]"):
        conv((5,))
