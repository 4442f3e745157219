"""Data with a known truth, and whether the report's 95 % intervals hold it."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from heldout.runtime.components.claims._curves import basis, goodness_interval, r_squared, turning_interval
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.weigh import weigh
from heldout.runtime.results.levels import Axis
from heldout.runtime.statistics.association import correlations, fisher_interval, scored
from heldout.runtime.statistics.interval import interval

DOMAINS = 4


class Case(NamedTuple):
    """One estimator on one kind of data; `holds` draws once and says whether the interval holds."""

    of: str
    data: str
    observations: int
    holds: Callable[[np.random.Generator], bool]


def cases() -> Iterator[Case]:
    """Every interval that a verdict shows, at 3, 5 and 10 seeds of 4 domains."""
    for seeds in (3, 5, 10):
        for statistic in ("mean", "median", "iqm"):
            for data in ("independent pairs", "clustered by domain"):
                yield Case(statistic, data, DOMAINS * seeds, _centre(statistic, data, seeds))
        yield Case("standardized effect", "independent pairs", DOMAINS * seeds, _standardized(seeds))
        yield Case("turning point", "clustered by domain", DOMAINS * seeds, _turning_point(seeds))
        yield Case("mean", "clustered, skewed", DOMAINS * seeds, _centre("mean", "clustered, skewed", seeds))
    for coefficient in ("pearson", "spearman", "kendall"):
        yield Case(f"{coefficient} of 10 levels", "bivariate normal", 10, _correlation(coefficient))
    for seeds in (3, 5, 10):
        yield Case("goodness of fit", "clustered by domain", DOMAINS * seeds, _goodness(seeds))


def pairs(rng: np.random.Generator, data: str, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """Differences about zero and their units: a domain varies as much as a seed within it."""
    noise = rng.normal(size=(DOMAINS, seeds))
    if data == "independent pairs":
        return noise.ravel(), np.arange(noise.size)
    shared = rng.exponential(size=(DOMAINS, 1)) - 1 if "skewed" in data else rng.normal(size=(DOMAINS, 1))
    return (shared + noise).ravel(), np.repeat(np.arange(DOMAINS), seeds)


def _centre(statistic: str, data: str, seeds: int) -> Callable[[np.random.Generator], bool]:
    def holds(rng: np.random.Generator) -> bool:
        values, unit = pairs(rng, data, seeds)
        found = interval(values, unit, statistic)  # type: ignore[arg-type]
        return found is not None and found.low <= 0 <= found.high

    return holds


def _standardized(seeds: int) -> Callable[[np.random.Generator], bool]:
    def holds(rng: np.random.Generator) -> bool:
        values = 0.8 + rng.normal(size=(DOMAINS, seeds))
        axes = (Axis("domain", tuple(range(DOMAINS))), Axis("seed", tuple(range(seeds))))
        observed = Observations.of(axes, values, np.ones(values.shape, dtype=bool), None)
        found = weigh(observed, 0.0, "mean", "t", "block").standardized_interval
        return found is not None and found[0] <= 0.8 <= found[1]

    return holds


def _turning_point(seeds: int) -> Callable[[np.random.Generator], bool]:
    along = np.arange(6.0)
    design = basis("inverted-u", along)

    def holds(rng: np.random.Generator) -> bool:
        # Every domain has a height, slope and curvature of its own; the mean curve turns at 3.
        own = rng.normal(size=(DOMAINS, 1, 3)) * [0.3, 0.1, 0.02]
        height, slope, curvature = np.moveaxis(own + np.array([0.0, 0.0, -0.15]), -1, 0)[..., None]
        curves = height + slope * (along - 3) + curvature * (along - 3) ** 2
        curves = curves + 0.3 * rng.normal(size=(DOMAINS, seeds, len(along)))
        unit = np.repeat(np.arange(DOMAINS), seeds)
        found = turning_interval(design, curves.reshape(-1, len(along)), unit, along)
        return found is not None and found[0] <= 3 <= found[1]

    return holds


def _correlation(coefficient: str) -> Callable[[np.random.Generator], bool]:
    rho = 0.6
    truth = {
        "pearson": rho,
        "spearman": 6 / math.pi * math.asin(rho / 2),
        "kendall": 2 / math.pi * math.asin(rho),
    }[coefficient]

    def holds(rng: np.random.Generator) -> bool:
        x = rng.normal(size=(1, 10))
        y = rho * x + math.sqrt(1 - rho**2) * rng.normal(size=(1, 10))
        seen = float(correlations(scored(x, coefficient), scored(y, coefficient))[0])  # type: ignore[arg-type]
        found = fisher_interval(seen, 10, coefficient)  # type: ignore[arg-type]
        return found is None or found.low <= truth <= found.high

    return holds


def _goodness(seeds: int) -> Callable[[np.random.Generator], bool]:
    along = np.arange(6.0)
    design = basis("log-linear", along)
    truth = np.array([0.0, 1.2, 1.8, 2.9, 3.4, 3.7])  # no line: 0.96 of it is explained
    target = float(r_squared(design, truth))

    def holds(rng: np.random.Generator) -> bool:
        slopes = 0.2 * rng.normal(size=(DOMAINS, 1, 1))
        curves = truth + slopes * along + 0.3 * rng.normal(size=(DOMAINS, seeds, len(along)))
        unit = np.repeat(np.arange(DOMAINS), seeds)
        found = goodness_interval(design, curves.reshape(-1, len(along)), unit)
        return found is not None and found[0] <= target <= found[1]

    return holds
