"""Differences over clusters and runs that are both drawn, and whether a mixed model knows their mean."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats

from heldout.runtime.statistics.crossed_effects import crossed_effects
from heldout.runtime.statistics.interval import CONFIDENCE

# Which shares of the variance clusters, runs and the rest have.
SHARES = (
    (0.0, 0.0, 1.0),
    (0.5, 0.0, 0.5),
    (0.25, 0.25, 0.5),
    (0.5, 0.25, 0.25),
    (0.25, 0.5, 0.25),
    (0.8, 0.1, 0.1),
    (0.1, 0.8, 0.1),
)
UNEVEN = (0.5, 0.25, 0.25)  # of clusters whose effects are exponential, and of counts
MANY = 10  # times as many draws as of other rows: all of them are cheap
LATTICE = 1.5  # how many standard deviations a step of the counts is


class Said(NamedTuple):
    """Of one draw, whose mean is zero.

    Attributes:
        held: the model's 95 % interval holds it.
        above, below: of the t distribution 95 % or more lies there.
        over_clusters: the t interval of the clusters' means, which takes the runs as they are, holds it.
    """

    held: bool
    above: bool
    below: bool
    over_clusters: bool


class Study(NamedTuple):
    """Data of a kind, in a layout."""

    data: Literal["normal", "skewed", "lattice"]
    clusters: int
    runs: int
    shares: tuple[float, float, float]

    @property
    def words(self) -> str:
        layout = f"{self.clusters} clusters x {self.runs} runs"
        return f"{self.data}, {layout}, {' / '.join(map(str, self.shares))}"

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        clusters, runs, rest = np.sqrt(self.shares)
        own = rng.normal(size=(self.clusters, 1))
        if self.data == "skewed":
            own = rng.exponential(size=(self.clusters, 1)) - 1
        both = rest * rng.normal(size=(self.clusters, self.runs))
        values: np.ndarray = clusters * own + runs * rng.normal(size=(1, self.runs)) + both
        return np.rint(values / LATTICE) if self.data == "lattice" else values

    def said(self, rng: np.random.Generator) -> Said:
        values = self.draw(rng)
        found, means = crossed_effects(values), values.mean(axis=1)
        half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(means) - 1)) * means.std(ddof=1)
        over_clusters = bool(abs(means.mean()) <= half / np.sqrt(len(means)))
        if found is None:  # all are equal, and nothing is said
            return Said(True, False, False, over_clusters)
        low, high = found.interval()
        below = found.below(0.0)
        return Said(low <= 0 <= high, 1 - below >= CONFIDENCE, below >= CONFIDENCE, over_clusters)


def studies() -> Iterator[Study]:
    """Few clusters and few runs, and how much either varies."""
    for clusters in (4, 6, 8):
        for runs in (3, 5):
            for shares in SHARES:
                yield Study("normal", clusters, runs, shares)
            yield Study("skewed", clusters, runs, UNEVEN)
            yield Study("lattice", clusters, runs, UNEVEN)
