"""Corruptions: what holds of all, and some against SciPy, kornia, and loops over single pixels."""

import math

import numpy as np
import pytest
import torch
from kornia.geometry.transform import warp_affine
from scipy import ndimage
from torch.nn.functional import grid_sample

from heldout.runtime.component import chosen
from heldout.runtime.components.transforms.contract import uniform
from heldout.runtime.components.transforms.elastic import affine, elastic
from heldout.runtime.components.transforms.fog import fog
from heldout.runtime.components.transforms.glass_blur import glass_blur
from heldout.runtime.components.transforms.snow import snow
from heldout.runtime.components.transforms.zoom_blur import zoom_blur

CORRUPTIONS = [
    *("brightness", "contrast", "defocus-blur", "elastic", "fog", "gaussian-blur", "gaussian-noise"),
    *("glass-blur", "impulse-noise", "jpeg-compression", "motion-blur", "pixelate", "saturate"),
    *("shot-noise", "snow", "speckle-noise", "zoom-blur"),
]


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def smooth(side=48):
    """A picture as photographs are, with neighbours alike."""
    across = torch.linspace(0, 6, side)
    waves = [torch.sin(across[:, None] + k) * torch.cos(across + 2 * k) for k in range(3)]
    return torch.stack(waves) / 2 + 0.5


def noisy(height, width, channels=3):
    return torch.rand(channels, height, width, generator=stream(7))


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruptions_grow_with_their_severity(name):
    x = smooth()
    ways = [chosen("transforms", {name: {"severity": severity}}) for severity in (1, 2, 3, 4, 5)]
    away = [float((way(x, stream()) - x).square().mean()) for way in ways]
    if name == "saturate":  # fewer colours in the first two, more in the others
        assert away[0] < away[1] and away[2] < away[3] < away[4]
    elif name == "elastic":  # far and smooth in the first two, near and uneven in the others
        assert 0 < away[0] < away[1] and 0 < away[2] < away[3] < away[4]
    elif name == "glass-blur":  # severity 2 has one pass and 3 has three, the others two
        assert 0 < away[1] < away[0] < away[3] < away[4] < away[2]
    elif name == "fog":  # clouds are as rough in the first two; rougher ones need not be further away
        assert 0 < away[0] < min(away[1:])
    elif name == "pixelate":  # boxes of other sizes happen to suit a wave
        assert 0 < away[0] < away[4]
    else:
        assert away == sorted(away) and away[0] > 0
    with pytest.raises(ValueError, match="1 to 5, not 6"):
        chosen("transforms", {name: {"severity": 6}})(x, stream())


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_small_pictures_of_any_proportions_keep_shape_and_range(name):
    for shape in ((1, 8, 8), (3, 8, 8), (1, 9, 23), (3, 23, 9)):
        x = torch.rand(shape, generator=stream())
        for severity in (1, 2, 3, 4, 5):
            found = chosen("transforms", {name: {"severity": severity}})(x, stream())
            assert found.shape == x.shape and found.dtype == torch.float32
            assert found.min() >= 0 and found.max() <= 1 + 1e-6, "and not NaN"


@pytest.mark.parametrize(
    ("severity", "deviation", "distance", "times"),
    [(1, 0.7, 1, 2), (2, 0.9, 2, 1), (3, 1, 2, 3), (4, 1.1, 3, 2), (5, 1.5, 4, 2)],
)
def test_glass_pixel_by_pixel(severity, deviation, distance, times):
    """By NumPy's assignment to views, as ImageNet-C was made: no exchange, as the first is overwritten."""
    height, width = 22, 17
    x, draws = noisy(height, width), stream()
    blur = {"sigma": (deviation, deviation, 0), "mode": "nearest", "truncate": 4}
    pixels = ndimage.gaussian_filter(x.permute(1, 2, 0).double().numpy(), **blur)
    for _ in range(times):
        moves = torch.randint(-distance, distance, (2, height, width), generator=draws).tolist()
        for row in reversed(range(distance + 1, height - distance + 1)):
            for column in reversed(range(distance + 1, width - distance + 1)):
                other = row + moves[0][row][column], column + moves[1][row][column]
                pixels[row, column], pixels[other] = pixels[other], pixels[row, column]
    wanted = torch.from_numpy(ndimage.gaussian_filter(pixels, **blur)).permute(2, 0, 1).float()
    assert torch.allclose(glass_blur(x, stream(), severity=severity), wanted, atol=1e-5)


def scipy_enlarged(array, factor):
    """The middle of a square, [side, side], by SciPy."""
    side = len(array)
    kept = math.ceil(side / factor)
    start = (side - kept) // 2
    large = ndimage.zoom(array[start : start + kept, start : start + kept], factor, order=1)
    start = (len(large) - side) // 2
    return large[start : start + side, start : start + side]


@pytest.mark.parametrize(
    ("severity", "count", "step"), [(1, 12, 0.01), (2, 16, 0.01), (3, 11, 0.02), (4, 13, 0.02), (5, 11, 0.03)]
)
def test_zooms_are_those_of_scipy(severity, count, step):
    # The code's ranges, 1 to 1.11 and so on, exclude their end; rounding lets the first include it.
    x = noisy(224, 224, channels=1)
    zooms = [scipy_enlarged(x[0].numpy(), 1 + number * step) for number in range(count)]
    wanted = torch.from_numpy((x[0].numpy() + sum(zooms)) / (count + 1))
    assert torch.allclose(zoom_blur(x, stream(), severity=severity)[0], wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("severity", "mean", "deviation", "factor", "threshold", "radius", "smear", "kept"),
    [
        (1, 0.1, 0.3, 3, 0.5, 10, 4, 0.8),
        (2, 0.2, 0.3, 2, 0.5, 12, 4, 0.7),
        (3, 0.55, 0.3, 4, 0.9, 12, 8, 0.7),
        (4, 0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
        (5, 0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ],
)
def test_snow_by_scipy(severity, mean, deviation, factor, threshold, radius, smear, kept):
    side, x, draws = 60, noisy(60, 60), stream()
    flakes = scipy_enlarged(mean + deviation * torch.randn(1, side, side, generator=draws)[0].numpy(), factor)
    flakes = np.where(flakes < threshold, 0, flakes.clip(0, 1))
    angle = math.radians(uniform(-135, -45, draws))
    assert math.sin(angle) < 0, "upwards"
    line = np.zeros((4 * radius + 1, 4 * radius + 1))
    for step in range(2 * radius + 1):
        row, column = (math.ceil(step * part - 0.5) for part in (math.sin(angle), math.cos(angle)))
        line[2 * radius + row, 2 * radius + column] += math.exp(-(step**2) / (2 * smear**2))
    flakes = ndimage.correlate(flakes, line / line.sum(), mode="nearest")
    red, green, blue = pixels = x.numpy()
    white = np.maximum(pixels, (0.299 * red + 0.587 * green + 0.114 * blue) * 1.5 + 0.5)
    wanted = kept * pixels + (1 - kept) * white + flakes + np.rot90(flakes, 2)
    found = snow(x, stream(), severity=severity).numpy()
    assert np.abs(found - wanted.clip(0, 1)).max() < 1e-5


@pytest.mark.parametrize(
    ("severity", "thickness", "decay"), [(1, 1.5, 2), (2, 2, 2), (3, 2.5, 1.7), (4, 2.5, 1.5), (5, 3, 1.4)]
)
def test_fog_point_by_point(severity, thickness, decay):
    x, draws, side = noisy(9, 14), stream(), 16
    land, step, wobble = np.zeros((side, side)), side, 100.0

    def settle(rows, columns, neighbours):
        added = torch.rand(len(rows), len(columns), generator=draws, dtype=torch.float64).numpy() * 2 - 1
        found = {
            (row, column): sum(
                land[(row + down) % side, (column + across) % side] for down, across in neighbours
            )
            / 4
            + wobble * wobble * added[i, j]
            for i, row in enumerate(rows)
            for j, column in enumerate(columns)
        }
        for place, value in found.items():
            land[place] = value

    while step >= 2:
        half = step // 2
        corners, middles = range(0, side, step), range(half, side, step)
        settle(middles, middles, [(-half, -half), (-half, half), (half, -half), (half, half)])
        cross = [(-half, 0), (half, 0), (0, -half), (0, half)]
        settle(corners, middles, cross)
        settle(middles, corners, cross)
        step, wobble = half, wobble / decay
    land = (land - land.min()) / (land.max() - land.min())
    most = float(x.max())
    wanted = (x.numpy() + thickness * land[:9, :14]) * most / (most + thickness)
    assert np.abs(fog(x, stream(), severity=severity).numpy() - wanted).max() < 1e-5


def test_fog_leaves_black_black_and_nothing_brighter():
    assert fog(torch.zeros(3, 8, 8), stream()).max() == 0
    assert fog(0.5 * noisy(20, 20), stream()).max() <= 0.5


def test_three_points_by_hand():
    still, offset = affine(30, 40, np.zeros((3, 2)))
    assert np.allclose(still, np.eye(2)) and np.allclose(offset, 0)
    # All move 1 down and 2 right: what lies at a place now lay as much before it.
    still, offset = affine(30, 40, np.array([[1, 2]] * 3))
    assert np.allclose(still, np.eye(2)) and np.allclose(offset, [-1, -2])
    # A third of 30 is 10; only the lower right corner, (25, 30), moves, by 5 to the right.
    matrix, offset = affine(30, 40, np.array([[0, 5], [0, 0], [0, 0]]))
    assert np.allclose(matrix @ [25, 35] + offset, [25, 30])
    assert np.allclose(matrix @ [5, 30] + offset, [5, 30]) and np.allclose(matrix @ [5, 10] + offset, [5, 10])


@pytest.mark.parametrize(
    ("severity", "strength", "deviation", "shift"),
    [
        (1, 2, 0.7, 0.1),
        (2, 2, 0.08, 0.2),
        (3, 0.05, 0.01, 0.02),
        (4, 0.07, 0.01, 0.02),
        (5, 0.12, 0.01, 0.02),
    ],
)
def test_elastic_by_kornia_and_a_kernel(severity, strength, deviation, shift):
    height, width = 56, 84
    x, draws = noisy(height, width), stream()
    unit = 61  # 244 of 224, of 56
    shifts = torch.rand(3, 2, generator=draws, dtype=torch.float64).numpy() * 2 - 1
    noise = torch.rand(2, height, width, generator=draws, dtype=torch.float64).numpy() * 2 - 1
    # kornia's points are (x, y); a third of 56 is 18.
    old = np.array([[60, 46], [60, 10], [24, 10]])
    new = old + (shifts * shift * unit)[:, ::-1]
    forward = np.linalg.solve(np.column_stack([old, np.ones(3)]), new).T
    mapped = warp_affine(
        x[None].double(), torch.from_numpy(forward)[None], (height, width), padding_mode="reflection"
    )
    reach = int(3 * deviation * unit + 0.5)
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * (deviation * unit) ** 2))
    fields = noise
    for axis in (1, 2):
        padding = [(0, 0), (0, 0), (0, 0)]
        padding[axis] = (reach, reach)
        wide = np.pad(fields, padding, mode="symmetric")
        fields = np.apply_along_axis(np.convolve, axis, wide, kernel / kernel.sum(), mode="valid")
    rows, columns = np.indices((height, width)) + fields * strength * unit
    # Pixels' middles lie at odd multiples of 1 / side, from -1 to 1.
    grid = np.stack([(2 * columns + 1) / width - 1, (2 * rows + 1) / height - 1], axis=-1)
    wanted = grid_sample(mapped, torch.from_numpy(grid)[None], padding_mode="reflection", align_corners=False)
    found = elastic(x, stream(), severity=severity)
    assert torch.allclose(found, wanted[0].float(), atol=1e-4)
