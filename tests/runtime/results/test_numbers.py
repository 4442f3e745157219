import pytest

from heldout.runtime.results.numbers import decimals_for, duration, estimate, fixed, listing, plain


@pytest.mark.parametrize(
    ("spread", "decimals"),
    [(12.0, 0), (1.2, 1), (0.12, 2), (0.0123, 3), (0.0, 3), (float("nan"), 3), (1e-9, 6)],
)
def test_two_figures_of_the_spread(spread, decimals):
    assert decimals_for(spread) == decimals


def test_minus_signs_and_zeros():
    assert fixed(-0.25, 1) == "−0.2"
    assert fixed(-0.01, 1) == "0.0"
    assert plain(-0.0) == "0"
    assert plain(-0.05) == "−0.05"


def test_an_estimate_has_the_precision_of_its_interval():
    assert estimate(0.123456, (0.11, 0.13)) == ("0.123", "95 % interval 0.110 to 0.130")
    assert estimate(0.2, None) == ("0.20", "no interval")


@pytest.mark.parametrize(
    ("seconds", "text"), [(3.21, "3.2 s"), (150, "2 min"), (3600 * 5 + 61, "5 h 1 min"), (5399, "1 h 30 min")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_listing():
    assert [listing(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
