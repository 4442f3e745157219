import numpy as np
import pytest

from heldout.runtime.images.digits import scanned_digits
from heldout.runtime.operators.data.images.styled_digits import ALL_STYLES, styled_digits


@pytest.fixture(scope="module")
def data():
    return styled_digits()


def of_domain(data, name):
    keep = data.domains == name
    ids = np.array(data.rows["id"].to_pylist())[keep]
    scans = scanned_digits()[0][[int(i.removeprefix("digits-")) for i in ids]]
    return data.x.numpy()[keep][:, 0], scans


@pytest.mark.parametrize("name", ALL_STYLES)
def test_grey_levels_stay_between_paper_and_ink(data, name):
    x, scans = of_domain(data, name)
    assert x.min() >= 0
    assert x.max() <= 1
    assert len(x) in (224, 225)  # 1797 = 8 * 224 + 5
    assert (name == "plain") == np.array_equal(x, scans)


def test_styles_of_one_pixel_alone(data):
    x, scans = of_domain(data, "inverted")
    np.testing.assert_allclose(x, 1 - scans, atol=1e-6)
    x, scans = of_domain(data, "faint")
    np.testing.assert_allclose(x, 0.3 * scans, atol=1e-6)


def test_thick_is_the_largest_of_two_by_two(data):
    x, scans = of_domain(data, "thick")
    wide = np.pad(scans, ((0, 0), (0, 1), (0, 1)))
    expected = np.max([wide[:, :-1, :-1], wide[:, 1:, :-1], wide[:, :-1, 1:], wide[:, 1:, 1:]], 0)
    np.testing.assert_array_equal(x, expected)


def test_edges_are_the_range_of_the_neighbourhood(data):
    x, scans = of_domain(data, "edges")
    around = np.pad(scans, ((0, 0), (1, 1), (1, 1)))
    shifts = np.stack([around[:, r : r + 8, c : c + 8] for r in range(3) for c in range(3)])
    np.testing.assert_allclose(x, shifts.max(0) - shifts.min(0), atol=1e-6)


def test_coarse_has_one_tone_in_two_by_two(data):
    x, scans = of_domain(data, "coarse")
    assert (x[:, 0::2, 0::2] == x[:, 1::2, 1::2]).all()
    np.testing.assert_allclose(x[:, 0, 2], scans[:, 0:2, 2:4].mean((1, 2)), atol=1e-6)


def test_blur_keeps_at_most_the_ink(data):
    x, scans = of_domain(data, "blurred")
    assert x.max() < scans.max()
    assert (x.sum((1, 2)) <= scans.sum((1, 2)) + 1e-4).all()


def test_noise_has_the_stated_spread(data):
    x, scans = of_domain(data, "noisy")
    middle = (scans > 0.4) & (scans < 0.6)
    # Around the middle grey, clipping touches draws beyond 1.6 standard deviations only.
    assert (x - scans)[middle].std() == pytest.approx(0.25, abs=0.03)
