"""Draws: pure, within their range, spread as the prior says."""

import hashlib
import math
from statistics import mean

import pytest

from heldout.compiler.syntax.prior import Prior, draw


@pytest.mark.parametrize(
    "prior",
    [
        Prior("uniform", (0, 0.123456789)),
        Prior("uniform", (-1e300, 1e300)),
        Prior("loguniform", (1e-4, 0.00123456789)),
        Prior("loguniform", (1e-300, 1e300)),
        Prior("integers", (-3, 3)),
        Prior("logintegers", (1, 9)),
        Prior("integers", (0, 2**53 - 1)),
    ],
)
def test_draws_stay_within_their_range(prior: Prior):
    drawn = [draw(prior, 0, "x", trial) for trial in range(2000)]
    assert min(prior.arguments) <= min(drawn) and max(drawn) <= max(prior.arguments)
    if prior.name.endswith("integers"):
        assert {type(d) for d in drawn} == {int}
    if prior.arguments == (-3, 3):
        assert set(drawn) == set(range(-3, 4))


def test_a_draw_by_hand():
    u = int.from_bytes(hashlib.sha256(b"7\x1frate\x1f3").digest()[:8], "big") / 2**64
    assert draw(Prior("uniform", (0, 10)), 7, "rate", 3) == float(f"{10 * u:.6g}")
    assert draw(Prior("choice", ("a", "b", "c")), 7, "rate", 3) == "abc"[int(3 * u)]


def test_half_of_a_logarithmic_range_lies_below_its_geometric_mean():
    drawn = [draw(Prior("loguniform", (1e-4, 1e-2)), 0, "x", trial) for trial in range(4000)]
    # Standard deviation of the mean of u: 1 / sqrt(12 n) = 0.0046; five of them.
    assert mean(math.log(d / 1e-4) / math.log(100) for d in drawn) == pytest.approx(0.5, abs=0.023)


def test_streams_and_trials_are_independent():
    prior = Prior("uniform", (0, 1))
    drawn = {(s, n, t): draw(prior, s, n, t) for s in range(3) for n in ("a", "b") for t in range(50)}
    assert len(set(drawn.values())) == len(drawn)
