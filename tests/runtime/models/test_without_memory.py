import torch

from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.models.without_memory import WithoutMemory
from tests.runtime.small_encoders import BERT


def test_a_network_without_memory_leaves_the_head_that_is_drawn_after_it_as_it_was():
    network = {"text-encoder": {"config": BERT.to_dict()}}
    usual, bare = (build_classifier(network, (8,), 2, 0, within) for within in (None, WithoutMemory()))
    assert torch.equal(usual.head.weight, bare.head.weight)
    assert all(weight.is_meta for weight in bare.featurizer.parameters())
    assert not any(buffer.is_meta for buffer in bare.featurizer.buffers())
