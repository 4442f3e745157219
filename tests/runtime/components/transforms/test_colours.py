"""Colours and corruptions, by hand and against Pillow."""

import colorsys

import numpy as np
import pytest
import torch
from kornia.enhance import adjust_hue
from PIL import Image, ImageEnhance

from heldout.runtime.component import chosen
from heldout.runtime.components.transforms.brightness import brightness
from heldout.runtime.components.transforms.color_jitter import (
    brightened,
    color_jitter,
    contrasted,
    saturated,
    turned,
)
from heldout.runtime.components.transforms.contrast import contrast
from heldout.runtime.components.transforms.gaussian_blur import gaussian_blur
from heldout.runtime.components.transforms.motion_blur import motion_blur
from heldout.runtime.components.transforms.pixelate import pixelate
from heldout.runtime.components.transforms.random_greyscale import random_greyscale
from heldout.runtime.components.transforms.saturate import saturate


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def pixels(height=24, width=20):
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def tensor(array):
    return torch.from_numpy(np.array(array)).permute(2, 0, 1).float() / 255


@pytest.mark.parametrize("factor", [0.6, 1.3])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (brightened, ImageEnhance.Brightness),
        (contrasted, ImageEnhance.Contrast),
        (saturated, ImageEnhance.Color),
    ],
)
def test_factors_are_those_of_pillow(ours, theirs, factor):
    image = Image.fromarray(pixels())
    wanted = tensor(theirs(image).enhance(factor))
    assert (ours(tensor(pixels()), factor) - wanted).abs().max() <= 2.01 / 255  # it rounds twice


def test_a_third_of_the_circle_turns_red_to_green():
    red = torch.tensor([1.0, 0.0, 0.0])[:, None, None].expand(3, 2, 2)
    green = torch.tensor([0.0, 1.0, 0.0])[:, None, None].expand(3, 2, 2)
    assert torch.allclose(turned(red, 1 / 3), green, atol=1e-5)


@pytest.mark.parametrize("by", [-0.5, -0.2, 0.0, 0.1, 0.5])
def test_hues_are_turned_as_the_standard_library_and_kornia_do(by):
    x = tensor(pixels(6, 5))
    x[:, 0, 0], x[:, 0, 1] = 0.4, torch.tensor([1.0, 1.0, 0.0])  # grey, and two channels alike
    found = turned(x, by)
    for row in range(6):
        for column in range(5):
            hue, saturation, value = colorsys.rgb_to_hsv(*x[:, row, column].tolist())
            wanted = colorsys.hsv_to_rgb((hue + by) % 1, saturation, value)
            assert torch.allclose(found[:, row, column], torch.tensor(wanted), atol=1e-5)
    assert torch.allclose(found, adjust_hue(x, by * 2 * np.pi), atol=1e-5)


def test_jitter_of_no_strength_changes_nothing_and_its_order_is_drawn():
    x = tensor(pixels())
    assert torch.equal(color_jitter(x, stream()), x)
    strengths = {"brightness": 0.3, "contrast": 0.3, "saturation": 0.3, "hue": 0.1}
    found = [color_jitter(x, stream(seed), **strengths) for seed in range(3)]
    assert not torch.equal(found[0], found[1]) and not torch.equal(found[1], found[2])


def test_greyscale_by_hand():
    x = torch.tensor([1.0, 0.5, 0.0])[:, None, None].expand(3, 1, 1)
    # 0.299 + 0.587 / 2 = 0.5925
    assert torch.allclose(random_greyscale(x, stream(), probability=1.0), torch.full((3, 1, 1), 0.5925))
    assert torch.equal(random_greyscale(x, stream(), probability=0.0), x)


def test_contrast_and_brightness_by_hand():
    x = torch.tensor([[[0.2, 0.6]], [[0.0, 1.0]], [[0.5, 0.5]]])
    # Severity 1 leaves 0.4 of the distance from the channel's mean.
    assert torch.allclose(contrast(x, stream(), severity=1)[0], torch.tensor([[0.32, 0.48]]))
    found = brightness(x, stream(), severity=5)[:, 0, :]
    for place in (0, 1):
        hue, saturation, value = colorsys.rgb_to_hsv(*x[:, 0, place].tolist())
        wanted = colorsys.hsv_to_rgb(hue, saturation, min(1.0, value + 0.5))
        assert torch.allclose(found[:, place], torch.tensor(wanted), atol=1e-6)


def test_saturation_by_the_standard_librarys_colours():
    x = tensor(pixels(4, 4))
    found = saturate(x, stream(), severity=4)
    for row in range(4):
        for column in range(4):
            hue, saturation, value = colorsys.rgb_to_hsv(*x[:, row, column].tolist())
            wanted = colorsys.hsv_to_rgb(hue, min(1.0, saturation * 5 + 0.1), value)
            assert torch.allclose(found[:, row, column], torch.tensor(wanted), atol=1e-4)


def test_blurs_keep_what_is_even_and_the_sum_of_a_point():
    even = torch.full((3, 50, 50), 0.25)
    for name in ("gaussian-blur", "defocus-blur", "motion-blur", "glass-blur", "zoom-blur", "pixelate"):
        assert torch.allclose(chosen("transforms", name)(even, stream()), even, atol=1e-5), name
    point = torch.zeros(1, 101, 101)
    point[0, 50, 50] = 1
    for blur in (gaussian_blur, motion_blur):
        assert blur(point, stream(), severity=2).sum() == pytest.approx(1, abs=1e-4)


def test_motion_fades_to_one_end():
    point = torch.zeros(1, 101, 101)
    point[0, 50, 50] = 1
    found = motion_blur(point, stream(), severity=1)
    columns = found.sum((0, 1))
    # Along a line no steeper than 45 degrees, from the point to one side; nothing lies on the other.
    assert columns[:30].sum() == 0 and columns[51:].sum() == 0
    assert columns[45:51].sum() > columns[40:45].sum() > columns[35:40].sum()


def test_pixels_are_means_of_boxes():
    x = torch.tensor([[[0.0, 0.2, 0.4, 0.6], [0.2, 0.4, 0.6, 0.8]] * 2])
    # Severity 2 keeps half of the pixels a side: boxes of 2 x 2, whose means are 0.2 and 0.6.
    wanted = torch.tensor([[[0.2, 0.2, 0.6, 0.6]] * 4])
    assert torch.allclose(pixelate(x, stream(), severity=2), wanted)


def test_noise_has_the_deviation_of_its_severity():
    x = torch.full((3, 100, 100), 0.5)
    noise = chosen("transforms", {"gaussian-noise": {"severity": 1}})(x, stream()) - x
    assert float(noise.std()) == pytest.approx(0.08, rel=0.02)
    struck = chosen("transforms", {"impulse-noise": {"severity": 5}})(x, stream()) != x
    assert float(struck.float().mean()) == pytest.approx(0.27, rel=0.05)
    counted = chosen("transforms", {"shot-noise": {"severity": 3}})(x, stream())
    assert float(counted.mean()) == pytest.approx(0.5, rel=0.02)
    assert set((counted * 12).round(decimals=4).unique().tolist()) <= set(range(13)), "photons are whole"
