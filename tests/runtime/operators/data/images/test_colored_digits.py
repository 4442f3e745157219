import numpy as np
import pytest

from heldout.runtime.images.digits import scanned_digits
from heldout.runtime.operators.data.images.colored_digits import colored_digits


def sources(data):
    return np.array([int(name.removeprefix("digits-")) for name in data.rows["id"].to_pylist()])


def colours(data):
    """The channel that holds the digit, [num_rows]."""
    ink = data.x.numpy().sum((2, 3))
    assert ((ink > 0).sum(1) == 1).all()
    return ink.argmax(1)


def test_without_noise_label_and_colour_say_whether_the_digit_is_small():
    data = colored_digits(flips=[0.0, 1.0], label_noise=0.0)
    small = scanned_digits()[1][sources(data)] < 5
    assert (data.labels.numpy() == small).all()
    flipped = data.domains == "1"
    assert (colours(data)[~flipped] == small[~flipped]).all()
    assert (colours(data)[flipped] != small[flipped]).all()


def test_the_digit_is_in_the_channel_of_its_colour():
    data = colored_digits()
    np.testing.assert_array_equal(data.x.numpy().sum(1), scanned_digits()[0][sources(data)])


def test_noise_comes_as_often_as_asked():
    data = colored_digits(flips=[0.1, 0.2, 0.9], label_noise=0.25)
    small = scanned_digits()[1][sources(data)] < 5
    labels = data.labels.numpy().astype(bool)
    # 1,797 draws: standard error sqrt(0.25 * 0.75 / 1797) = 0.010; 599 a domain: at most 0.017.
    assert (labels != small).mean() == pytest.approx(0.25, abs=0.04)
    for flip in (0.1, 0.2, 0.9):
        rows = data.domains == str(flip)
        assert (colours(data) != labels)[rows].mean() == pytest.approx(flip, abs=0.06)


def test_the_label_noise_of_an_image_does_not_depend_on_the_domains():
    def labels(flips):
        data = colored_digits(flips=flips)
        return dict(zip(data.rows["id"].to_pylist(), data.labels.tolist(), strict=True))

    assert labels([0.1, 0.2, 0.9]) == labels([0.5])
