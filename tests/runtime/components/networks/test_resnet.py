import pytest
import torch

from heldout.runtime.components.networks.resnet import resnet


def test_the_defaults_are_resnet_18():
    network = resnet((3, 32, 32))
    convolutions = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    # 17 on the path (1 + 2 * 8) and 3 shortcuts where a stage changes the size.
    assert len(convolutions) == 17 + 3
    assert network.num_features == 512


def test_bottlenecks_have_the_stem_of_resnet_50():
    network = resnet((3, 32, 32), widths=[32, 64], depths=[1, 1], block="bottleneck")
    assert network.backbone.config.embedding_size == 32 // 4
    assert network.num_features == 64


def test_frozen_batch_norm_learns_no_statistics():
    def mean(freeze):
        network = resnet((1, 8, 8), widths=[4], depths=[1], freeze_batch_norm=freeze).train()
        network(torch.rand(6, 1, 8, 8) + 3)
        return network.backbone.embedder.embedder.normalization.running_mean

    assert torch.equal(mean(True), torch.zeros(4))
    assert not torch.equal(mean(False), torch.zeros(4))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="resnet needs inputs"):
        resnet((8,))
    with pytest.raises(ValueError, match="2 widths and 1 depths"):
        resnet((1, 8, 8), widths=[4, 8], depths=[1])
