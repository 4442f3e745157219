import numpy as np
import pytest

from heldout.runtime.images.digits import scanned_digits
from heldout.runtime.operators.data.images.background_digits import ALL_BACKGROUNDS, background_digits


def of_domain(data, name):
    keep = data.domains == name
    ids = np.array(data.rows["id"].to_pylist())[keep]
    scans = scanned_digits()[0][[int(i.removeprefix("digits-")) for i in ids]]
    return data.x.numpy()[keep][:, 0], scans


def backgrounds(name, strength=0.6):
    """The backgrounds of a domain, in [0, 1], where there is no ink; NaN elsewhere."""
    x, scans = of_domain(background_digits(strength=strength), name)
    return np.where(scans == 0, x / strength, np.nan)


def test_plain_is_the_scan():
    x, scans = of_domain(background_digits(), "plain")
    np.testing.assert_array_equal(x, scans)


@pytest.mark.parametrize("name", ALL_BACKGROUNDS)
def test_ink_covers_in_proportion(name):
    x, scans = of_domain(background_digits(strength=1.0), name)
    # x = ink + (1 - ink) * background with the background in [0, 1]: never less than the ink.
    assert (x >= scans - 1e-6).all()
    assert (x <= 1 + 1e-6).all()
    assert (x[scans == 1] == 1).all()


@pytest.mark.parametrize("name", ["stripes", "checkers"])
def test_two_tones(name):
    values = backgrounds(name)
    np.testing.assert_allclose(np.unique(values[~np.isnan(values)].round(5)), [0, 1])


def test_stripes_are_vertical_and_two_wide():
    values = backgrounds("stripes")
    values = values[~np.isnan(values).all(1).any(1)]  # images with a column full of ink say nothing
    columns = np.nanmax(values, 1)
    np.testing.assert_allclose(np.nan_to_num(values - columns[:, None]), 0, atol=1e-6)
    # The pattern has period 4, and two pixels to the side the tone is the other one.
    both = ~np.isnan(columns[:, :-2] + columns[:, 2:])
    np.testing.assert_allclose((columns[:, :-2] + columns[:, 2:])[both], 1, atol=1e-5)


def test_clouds_are_smoother_than_noise():
    def roughness(name):
        return np.nanmean(np.abs(np.diff(backgrounds(name), axis=2)))

    assert roughness("clouds") < 0.6 * roughness("noise")


def test_a_gradient_is_a_plane():
    values = backgrounds("gradient")
    bend = np.diff(values, 2, axis=1)
    np.testing.assert_allclose(bend[~np.isnan(bend)], 0, atol=1e-5)
