import math

import pytest
import torch

from heldout.runtime.components.losses.cross_entropy import cross_entropy
from heldout.runtime.operators.train._training_probes import probe, scaling_alignment


def test_alignment_by_hand():
    weights = {"a": torch.tensor([3.0]), "b": torch.tensor([4.0])}
    descent_along_a = {"a": torch.tensor([-2.0]), "b": torch.tensor([0.0])}
    assert scaling_alignment(weights, descent_along_a).item() == pytest.approx(3 / 5, rel=1e-12)
    assert scaling_alignment(weights, weights).item() == pytest.approx(-1, rel=1e-12)


def test_a_tiny_gradient_has_a_direction_and_a_zero_one_has_none():
    weights = {"a": torch.tensor([1.0])}
    assert scaling_alignment(weights, {"a": torch.tensor([-1e-30])}).item() == pytest.approx(1)
    assert scaling_alignment(weights, {"a": torch.tensor([0.0])}) is None


def test_descent_on_a_fitted_linear_model_is_its_scaling():
    # One example, two classes, logits (w, -w) of one weight: any descent scales it.
    weight = torch.tensor([2.0], requires_grad=True)
    loss = cross_entropy(torch.stack([weight, -weight], dim=1), torch.tensor([0])).mean()
    (gradient,) = torch.autograd.grad(loss, weight)
    assert scaling_alignment({"w": weight}, {"w": gradient}).item() == pytest.approx(1)


def test_probe_by_hand():
    # The first example has collapsed in float32 (40 nats ahead), the second is wrong by log 3.
    logits = torch.tensor([[40.0, 0.0], [math.log(3), 0.0]], requires_grad=True)
    labels = torch.tensor([0, 1])
    losses = cross_entropy(logits, labels)
    (of_logits,) = torch.autograd.grad(losses.sum(), logits)
    weights, gradients = {"w": torch.tensor([3.0, 4.0])}, {"w": torch.tensor([0.0, 0.0])}
    found = probe(logits, labels, losses, of_logits, weights, gradients)
    assert found == pytest.approx(
        {
            "train_loss": (0 + math.log(4)) / 2,
            "train_accuracy": 0.5,
            "zero_gradient_share": 0.5,
            "logit_scale": (40 + math.log(3)) / 2,
            "weight_norm": 5.0,
        }
    )
