"""AugMix: its changes by hand, and its mixture with the same draws."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from torch.distributions import Beta, Dirichlet

from heldout.runtime.components.transforms.aug_mix import CHANGES, aug_mix
from heldout.runtime.components.transforms.contract import drawing_from

CONTRAST, EQUALIZED, POSTERIZED, ROTATED, SOLARIZED, SHEARED, LEANT, ACROSS, DOWN = CHANGES


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def changed(change, strength, values):
    image = Image.fromarray(np.array(values, dtype=np.uint8))
    return np.asarray(change(image, strength)).tolist()


def test_tones_by_hand():
    row = [[0, 100, 128, 200]]
    # Half the strength leaves 2 of 8 bits: multiples of 64.
    assert changed(POSTERIZED, 0.5, row) == changed(POSTERIZED, -0.5, row) == [[0, 64, 128, 192]]
    # Half of 256 is where inversion begins: 255 - 128, 255 - 200.
    assert changed(SOLARIZED, 0.5, row) == changed(SOLARIZED, -0.5, row) == [[0, 100, 127, 55]]
    # 50 to 150 are stretched over all: (100 - 50) * 2.55 = 127.5.
    assert changed(CONTRAST, 0.5, [[50, 100, 150]]) == [[0, 127, 255]]
    # Four tones, as many of each, lie evenly apart; Pillow counts in whole numbers, and needs many pixels.
    assert changed(EQUALIZED, 0.5, [[10, 11, 12, 13]] * 255) == [[0, 85, 170, 255]] * 255


def test_places_by_hand():
    row = [[10, 20, 30, 40, 50, 60]]
    # Half of a third of 6 is 1: pixels are read one to the right, and black lies where none is.
    assert changed(ACROSS, 0.5, row) == [[20, 30, 40, 50, 60, 0]]
    assert changed(ACROSS, -0.5, row) == [[0, 10, 20, 30, 40, 50]]
    column = [[value] for value in row[0]]
    assert changed(DOWN, 0.5, column) == [[value] for value in (20, 30, 40, 50, 60, 0)]
    # Of strength 1 row y is read 0.3 (y + 0.5) further right: in rows 1 and 4 by 0.45 and 1.35.
    sheared = changed(SHEARED, 1.0, row * 5)
    assert sheared[1][1] == pytest.approx(20 + 4.5, abs=1) and sheared[4][1] == pytest.approx(
        20 + 13.5, abs=1
    )
    assert np.array_equal(changed(LEANT, 1.0, np.transpose(row * 5)), np.transpose(sheared))
    square = np.zeros((41, 41))
    square[20, 30:34] = 255  # to the right of the middle
    turned = np.array(changed(ROTATED, 1.0, square))
    rows, columns = np.nonzero(turned > 100)
    assert np.degrees(np.arctan2(20 - rows.mean(), columns.mean() - 20)) == pytest.approx(30, abs=2)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("width", "depth", "alpha"), [(3, None, 1.0), (2, 4, 0.5), (1, 1, 5.0)])
def test_the_mixture_with_the_same_draws(channels, width, depth, alpha):
    x, draws = torch.randint(0, 256, (channels, 20, 14), generator=stream(3)) / 255, stream()
    with drawing_from(draws):
        weights = Dirichlet(torch.full((width,), alpha)).sample().tolist()
        share = float(Beta(alpha, alpha).sample())
    mode = "L" if channels == 1 else "RGB"
    original = Image.frombytes(mode, (14, 20), (x * 255).round().byte().permute(1, 2, 0).numpy().tobytes())
    wanted = (1 - share) * x.numpy()
    for weight in weights:
        chain = original
        for _ in range(depth or int(torch.randint(1, 4, (), generator=draws))):
            change = CHANGES[int(torch.randint(9, (), generator=draws))]
            level = 0.1 + 2.9 * float(torch.rand((), generator=draws, dtype=torch.float64))
            sign = 2 * int(torch.randint(2, (), generator=draws)) - 1
            chain = change(chain, sign * level / 10)
        wanted = wanted + share * weight * np.asarray(chain).reshape(20, 14, -1).transpose(2, 0, 1) / 255
    found = aug_mix(x, stream(), width=width, depth=depth, alpha=alpha)
    assert np.abs(found.numpy() - wanted).max() < 1e-5


def test_weights_add_up_to_one():
    # No single change of severity 3 touches the middle of a grey of 128, where tones are multiples of 32.
    x = torch.full((3, 21, 21), 128 / 255)
    middles = [float(aug_mix(x, stream(seed), width=4, depth=1)[0, 10, 10]) for seed in range(30)]
    assert middles == pytest.approx([128 / 255] * 30, abs=1e-6)


def test_all_changes_are_drawn_alike_and_mixed_by_halves_where_alpha_is_large():
    x = torch.linspace(60, 180, 64).round().view(1, 8, 8) / 255
    image = Image.fromarray((x[0] * 255).round().byte().numpy())
    stretched = torch.from_numpy(np.array(ImageOps.autocontrast(image), dtype=np.float32))[None] / 255
    found = [aug_mix(x, stream(seed), width=1, depth=1, alpha=1e6) for seed in range(180)]
    count = sum(bool(torch.allclose(one, (x + stretched) / 2, atol=0.004)) for one in found)
    assert 8 <= count <= 36, "a ninth of them, 20"
