"""Crops, flips and sizes, by hand and against Pillow."""

import numpy as np
import pytest
import torch
from PIL import Image

from heldout.runtime.components.transforms.center_crop import center_crop
from heldout.runtime.components.transforms.domainbed import domainbed
from heldout.runtime.components.transforms.horizontal_flip import horizontal_flip
from heldout.runtime.components.transforms.random_resized_crop import random_resized_crop
from heldout.runtime.components.transforms.resize import resize


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def counted(height, width):
    """A picture whose pixels are their numbers, in [0, 1)."""
    return torch.arange(height * width).float().view(1, height, width) / (height * width)


def test_a_flip_by_hand():
    x = torch.tensor([[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]])
    flipped = torch.tensor([[[0.3, 0.2, 0.1], [0.6, 0.5, 0.4]]])
    assert torch.equal(horizontal_flip(x, stream(), probability=1.0), flipped)
    assert torch.equal(horizontal_flip(x, stream(), probability=0.0), x)
    share = sum(horizontal_flip(x, stream(seed))[0, 0, 0] == 0.3 for seed in range(400)) / 400
    assert abs(share - 0.5) < 0.1


def test_the_middle_by_hand():
    # 4 x 6 to 2 x 2: rows 1 and 2, columns 2 and 3.
    x = counted(4, 6)
    assert torch.equal(center_crop(x, stream(), size=2), x[:, 1:3, 2:4])
    # 1 x 2 into 3 x 3: the pixels stand in the second row, from the left, as one column is left over.
    small = center_crop(torch.tensor([[[0.5, 0.25]]]), stream(), size=3)
    assert torch.equal(small, torch.tensor([[[0, 0, 0], [0.5, 0.25, 0], [0, 0, 0]]]))


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize(("height", "width"), [(37, 61), (8, 5)])
def test_sizes_are_those_of_pillow(interpolation, height, width):
    pixels = np.random.default_rng(0).integers(64, 192, (height, width, 3), dtype=np.uint8)
    x = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
    filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
    theirs = np.asarray(Image.fromarray(pixels).resize((16, 16), filters[interpolation])) / 255
    ours = resize(x, stream(), size=16, interpolation=interpolation).permute(1, 2, 0).numpy()
    assert np.abs(ours - theirs).max() <= 1.01 / 255


def test_the_shorter_side():
    assert resize(counted(20, 30), stream(), size=10, sides="shorter").shape == (1, 10, 15)
    assert resize(counted(30, 20), stream(), size=10, sides="shorter").shape == (1, 15, 10)


def test_parts_lie_in_the_picture_and_have_the_areas_and_proportions_that_are_allowed():
    """Pixels say where they were: of a picture of two ramps, corners of a part give its place and size."""
    side = 200
    ramps = torch.stack(
        [torch.arange(side).float().expand(side, side) / side] * 2 + [torch.zeros(side, side)]
    )
    ramps[1] = ramps[0].T
    areas, proportions = [], []
    for seed in range(200):
        part = random_resized_crop(ramps, stream(seed), size=50, scale=(0.2, 0.5))
        assert part.shape == (3, 50, 50)
        # From the middle of the first to that of the last pixel is 49/50 of a side.
        width = float(part[0, 25, -1] - part[0, 25, 0]) * 50 / 49
        height = float(part[1, -1, 25] - part[1, 0, 25]) * 50 / 49
        areas.append(width * height)
        proportions.append(width / height)
    assert 0.19 < min(areas) < 0.23 and 0.45 < max(areas) < 0.52
    assert 0.70 < min(proportions) < 0.8 and 1.25 < max(proportions) < 1.40
    assert abs(np.median(np.log(proportions))) < 0.1, "wide as often as high"


def test_the_whole_picture_where_no_part_is_smaller():
    x = counted(6, 6)
    assert torch.equal(random_resized_crop(x, stream(), size=6, scale=(1, 1), ratio=(1, 1)), x)


def test_what_no_draw_fits_is_cut_from_the_middle():
    # 2 x 12 with proportions up to 1: two columns are left, the sixth and the seventh.
    x = counted(2, 12)
    assert torch.equal(random_resized_crop(x, stream(), size=2, scale=(1, 1), ratio=(1, 1)), x[:, :, 5:7])


@pytest.mark.parametrize("wrong", [{"scale": (0.5, 0.2)}, {"scale": (0.5, 1.5)}, {"ratio": (0, 1)}])
def test_ranges_that_are_none(wrong):
    with pytest.raises(ValueError, match="ranges of positive numbers"):
        random_resized_crop(counted(4, 4), stream(), size=2, **wrong)


def test_domainbeds_augmentation_differs_by_draw_and_keeps_its_size():
    x = torch.rand(3, 60, 80, generator=stream())
    found = [domainbed(x, stream(seed), size=32) for seed in range(40)]
    assert {one.shape for one in found} == {(3, 32, 32)}
    grey = sum(bool(torch.allclose(one[0], one[1])) for one in found)
    assert 1 <= grey <= 12, "about a tenth"
    assert not torch.equal(found[0], found[1])
