"""Runs crossed with examples: how sure a number is that models, trained again, have on other examples."""

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from scipy.special import stdtr

from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.rounding import ROUNDING
from heldout.runtime.statistics.sign_flip import Tested

# Where the distribution of a sum is integrated: from -1.6e6 to 1.6e6, densest at zero.
_STEPS = np.linspace(-15, 15, 251)
_PLACES = np.sinh(_STEPS)
_WIDTHS = np.cosh(_STEPS) * (_STEPS[1] - _STEPS[0])


@dataclass(frozen=True)
class Contributions:
    """A number a run, and what each unit of the test set adds to it.

    Attributes:
        estimates: the number of each run, [num_runs].
        influence: by how much a unit moves each, [num_units, num_runs], in the same unit: the sum of squares
            over units is the variance that other examples would give a run, and sums of products are
            covariances of runs.
        freedom: the degrees of freedom of these sums.
    """

    estimates: np.ndarray
    influence: np.ndarray
    freedom: float


class Source(NamedTuple):
    """What chance adds from one source: a standard error, and its degrees of freedom."""

    error: float
    freedom: float


class Uncertain(NamedTuple):
    """The mean of all runs, and where its uncertainty is from.

    Attributes:
        larger, smaller: the two sources, by their error.
        least_p: that all units, or runs, point one way: where nothing varies.
    """

    effect: float
    larger: Source
    smaller: Source
    least_p: float

    def test(self, null: float, method: str) -> Tested:
        """One-sided p-values of the effect against a number; by the signs alone where nothing varies."""
        gap = self.effect - null
        if self.larger.error == 0:
            above, below = (self.least_p if side * gap > 0 else 1.0 for side in (1, -1))
            return Tested(above, below, self.least_p, f"{method}, of which nothing varies")
        return Tested(self._exceeds(gap), self._exceeds(-gap), 0.0, method)

    @property
    def ends(self) -> Ends:
        """The interval of the values that the test does not exclude."""

        @cache
        def ends(level: float) -> tuple[float, float]:
            if self.larger.error == 0:
                return (-math.inf, math.inf) if self.least_p > level else (self.effect, self.effect)
            half = self._quantile(level) if level < 0.5 else -self._quantile(1 - level)
            return self.effect - half, self.effect + half

        return ends

    def _exceeds(self, gap: float) -> float:
        """The chance that the sources together give at least this."""
        (error, freedom), (less, its_freedom) = self.larger, self.smaller
        if less == 0:
            return float(stats.t.sf(gap / error, freedom))
        weights = (1 + _PLACES**2 / its_freedom) ** (-(its_freedom + 1) / 2) * _WIDTHS  # of Student's density
        return float(weights @ stdtr(freedom, (less * _PLACES - gap) / error) / weights.sum())

    def _quantile(self, level: float) -> float:
        if level >= 0.5:
            return 0.0
        high = sum(
            one.error * float(stats.t.isf(level / 2, one.freedom)) for one in (self.larger, self.smaller)
        )
        return float(brentq(lambda gap: self._exceeds(gap) - level, 0.0, high, xtol=1e-6 * self.larger.error))


def on_other_examples(found: Contributions) -> Uncertain:
    """How sure the mean over these very runs is, on other examples drawn as these were: Student's t."""
    shared = float((found.influence.mean(axis=1) ** 2).sum())
    return _uncertain(found, shared, 0.0, 2.0 ** -len(found.influence))


def trained_again_too(found: Contributions) -> Uncertain:
    """How sure the mean of all runs is on other examples, and trained again.

    Obuchowski & Rockette 1995, "Hypothesis Testing of Diagnostic Accuracy for Multiple Readers and Multiple
    Tests" (Communications in Statistics 24), with runs for readers and examples for cases: the numbers of n
    runs vary by `between` and share the examples, which gives them a covariance `shared`, so that their mean
    has the variance between / n + shared. Fisher 1935, "The Fiducial Argument in Statistical Inference"
    (Annals of Eugenics 6): a sum of two Student's t, as Behrens has it, for what is known of either.
    Differs from the papers: degrees of freedom by Hillis 2007 (Statistics in Medicine 26) let intervals of
    three runs hold the truth in 92 to 93 % in place of 95; these hold it in 95 to 98 %
    (`python -m benchmarks coverage`).

    Args:
        found: of two runs at least.
    """
    num_runs = len(found.estimates)
    own = float((found.influence**2).sum(axis=0).mean())
    of_mean = float((found.influence.mean(axis=1) ** 2).sum())
    shared = max((num_runs * of_mean - own) / (num_runs - 1), 0.0)
    between = float(found.estimates.var(ddof=1))
    return _uncertain(found, shared, between / num_runs, 2.0**-num_runs)


def _uncertain(found: Contributions, shared: float, of_runs: float, least_p: float) -> Uncertain:
    """With what floating point alone would make of equal numbers taken for nothing."""
    tie = (ROUNDING * max(1.0, float(np.abs(found.estimates).max()))) ** 2
    sources = (
        Source(math.sqrt(shared) if shared > tie else 0.0, found.freedom),
        Source(math.sqrt(of_runs) if of_runs > tie else 0.0, max(len(found.estimates) - 1.0, 1.0)),
    )
    smaller, larger = sorted(sources)
    return Uncertain(float(found.estimates.mean()), larger, smaller, least_p)
