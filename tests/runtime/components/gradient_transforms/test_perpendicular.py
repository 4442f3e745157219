import torch

from heldout.runtime.components.gradient_transforms.perpendicular import perpendicular

W = {"w": torch.tensor([2.0, 0.0])}


def test_the_part_along_the_weights_is_gone_and_the_length_is_kept():
    found = perpendicular(W, {"w": torch.tensor([3.0, 4.0])}, {})
    assert found.gradients["w"].tolist() == [0.0, 5.0]  # (0, 4), as long as (3, 4)
    assert found.state == {}


def test_without_keeping_the_length():
    found = perpendicular(W, {"w": torch.tensor([3.0, 4.0])}, {}, keep_norm=False)
    assert found.gradients["w"].tolist() == [0.0, 4.0]


def test_each_tensor_is_projected_by_itself():
    # As one vector (1, 1) and (1, -1) would be perpendicular already; tensor by tensor nothing is left.
    weights = {"a": torch.tensor([1.0]), "b": torch.tensor([1.0])}
    found = perpendicular(weights, {"a": torch.tensor([1.0]), "b": torch.tensor([-1.0])}, {})
    assert found.gradients == {"a": torch.tensor([0.0]), "b": torch.tensor([0.0])}


def test_zero_weights_leave_the_gradient():
    found = perpendicular({"w": torch.zeros(2)}, {"w": torch.tensor([3.0, 4.0])}, {})
    assert found.gradients["w"].tolist() == [3.0, 4.0]
