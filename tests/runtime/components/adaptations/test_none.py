import torch

from heldout.runtime.components.adaptations.none import none


def test_the_logits_are_the_classifiers(plain):
    step = none(plain([[1.0, 2.0], [0.0, -1.0]], [0.5, 0.0]), torch.tensor([[1.0, 1.0]]), {})
    assert step.logits.tolist() == [[1 + 2 + 0.5, -1.0]]
    assert step.state == {}
