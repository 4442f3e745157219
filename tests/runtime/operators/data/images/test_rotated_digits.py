import numpy as np
import pytest
import torch
from torch.nn.functional import affine_grid, grid_sample, pad

from heldout.runtime.images.digits import scanned_digits
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits


def of_domain(data, name):
    """Inputs of a domain, and the scans that they show, each [num_images, 8, 8]."""
    keep = data.domains == name
    ids = np.array(data.rows["id"].to_pylist())[keep]
    scans = scanned_digits()[0][[int(i.removeprefix("digits-")) for i in ids]]
    return data.x[torch.from_numpy(keep)][:, 0].numpy(), scans


def test_a_quarter_turn_is_counter_clockwise():
    x, scans = of_domain(rotated_digits(angles=[90, 0, 180]), "90")
    np.testing.assert_allclose(x, np.rot90(scans, axes=(1, 2)), atol=1e-6)


def test_no_rotation_changes_nothing():
    x, scans = of_domain(rotated_digits(angles=[0, 15]), "0")
    np.testing.assert_array_equal(x, scans)


@pytest.mark.parametrize("angle", [15, 22.5, 75])
def test_agrees_with_the_bilinear_sampling_of_torch(angle):
    x, scans = of_domain(rotated_digits(angles=[0, angle]), str(angle))
    # grid_sample reads, for each output pixel, the input at R times its place (y pointing down),
    # so R turns clockwise as seen. Zeros all round give it the same paper beyond the edge.
    wide = pad(torch.from_numpy(scans)[:, None], (4, 4, 4, 4)).double()
    turn = np.deg2rad(angle)
    matrix = torch.tensor([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0]])
    grid = affine_grid(matrix.expand(len(wide), 2, 3), list(wide.shape), align_corners=False)
    expected = grid_sample(wide, grid, mode="bilinear", align_corners=False)[:, 0, 4:-4, 4:-4]
    np.testing.assert_allclose(x, expected.numpy(), atol=1e-6)


def test_domains_are_the_angles_as_written():
    assert rotated_digits(angles=[0, 15.0, 22.5]).domain_names == ("0", "15", "22.5")
