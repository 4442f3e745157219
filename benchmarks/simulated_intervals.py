"""Data with a known truth, and whether the report's 95 % intervals hold it."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple, get_args

import numpy as np

from heldout.runtime.components.claims._curves import goodness_interval, turning_interval
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.weigh import weigh
from heldout.runtime.machine.report.tables import summary_table
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis
from heldout.runtime.statistics.association import correlations, fisher_ends, scored
from heldout.runtime.statistics.bootstrap import bootstrap_interval
from heldout.runtime.statistics.centre import Statistic
from heldout.runtime.statistics.curves import basis, r_squared
from heldout.runtime.statistics.jackknife import jackknife, jackknife_ends
from heldout.runtime.statistics.over_units import ENDS, UnitTest
from heldout.runtime.statistics.profile import profile_bands

DOMAINS = 4
TAIL = 0.025  # on either side
CLUSTERED = ("normal", "skewed", "lattice")


class Case(NamedTuple):
    """One estimator on one kind of data; `holds` draws once and says whether the interval holds."""

    of: str
    data: str
    observations: int
    holds: Callable[[np.random.Generator], bool]


def cases() -> Iterator[Case]:
    """Every interval that a page shows, at 3, 5 and 10 seeds of 4 and 8 domains."""
    for domains in (4, 8):
        for seeds in (3, 5, 10):
            for data in CLUSTERED:
                named, number = f"{data}, {domains} domains x {seeds} seeds", domains * seeds
                yield Case("mean, t", named, number, _centre("mean", "t", data, domains, seeds))
                yield Case("mean of a table", named, number, _of_a_table(data, domains, seeds))
                if domains == 8:  # four have too few signs for any interval at this level
                    for statistic in get_args(Statistic) if data != "skewed" else ("mean",):
                        holds = _centre(statistic, "sign-flip", data, domains, seeds)
                        yield Case(f"{statistic}, sign-flip", named, number, holds)
    for seeds in (3, 5, 10):
        named = f"{DOMAINS} domains x {seeds} seeds"
        yield Case("standardized effect", f"independent, {named}", DOMAINS * seeds, _standardized(seeds))
        yield Case("turning point", f"normal, {named}", DOMAINS * seeds, _turning_point(seeds))
        yield Case("goodness of fit", f"normal, {named}", DOMAINS * seeds, _goodness(seeds))
        for tasks in (1, 8):
            of = f"{tasks} {'task' if tasks == 1 else 'tasks'} x {seeds} runs"
            yield Case("performance profile, at half", of, tasks * seeds, _profile(tasks, seeds))
            for statistic in ("median", "iqm"):
                holds = _bootstrap(tasks, seeds, statistic)
                yield Case(f"{statistic}, bootstrap", of, tasks * seeds, holds)
    for coefficient in ("pearson", "spearman", "kendall"):
        for by in ("fisher", "jackknife"):
            holds = _correlation(coefficient, by)
            yield Case(f"{coefficient}, {by}", "bivariate normal, 10 levels", 10, holds)


def pairs(rng: np.random.Generator, data: str, domains: int, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """Differences whose mean is zero, and their units: a domain varies as much as a seed within it.

    Of `lattice` data each is a count of 20 more or fewer, most often none; of `skewed` data the domains'
    effects are exponential, about their mean.
    """
    shared, noise = rng.normal(size=(domains, 1)), rng.normal(size=(domains, seeds))
    if data == "skewed":
        shared = rng.exponential(size=(domains, 1)) - 1
    values = shared + noise
    if data == "lattice":
        values = np.rint(values / 2) / 20
    return values.ravel(), np.repeat(np.arange(domains), seeds)


def _centre(
    statistic: Statistic, test: UnitTest, data: str, domains: int, seeds: int
) -> Callable[[np.random.Generator], bool]:
    def holds(rng: np.random.Generator) -> bool:
        values, unit = pairs(rng, data, domains, seeds)
        low, high = ENDS[test](values, unit, statistic, 0.0)(TAIL)
        return low <= 0 <= high

    return holds


def _of_a_table(data: str, domains: int, seeds: int) -> Callable[[np.random.Generator], bool]:
    axes = (Axis("method", ("a",)), Axis("domain", tuple(range(domains))), Axis("seed", tuple(range(seeds))))
    metric = {"stage": "score", "port": "table", "metric": "score"}
    declared = {"id": "a", "rows": ["method"], "columns": None, "value": metric, "cluster": "domain"}

    def holds(rng: np.random.Generator) -> bool:
        values, _ = pairs(rng, data, domains, seeds)
        results = rehearsed({"score": whole_stage("score", axes)}, {("score", "table", "score"): values})
        cell = summary_table(declared, results).blocks[0].rows[0].cells[0]
        return abs(cell.mean) <= cell.half_width

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


def _profile(tasks: int, runs: int) -> Callable[[np.random.Generator], bool]:
    """Half of the runs of all tasks are above 0."""

    def holds(rng: np.random.Generator) -> bool:
        values, task, run = _runs_of_tasks(rng, tasks, runs)
        (low,), (high,) = profile_bands(values, np.zeros(1), run, task)
        return bool(low <= 0.5 <= high)

    return holds


def _bootstrap(tasks: int, runs: int, statistic: Statistic) -> Callable[[np.random.Generator], bool]:
    """All centres of the runs of all tasks are 0."""

    def holds(rng: np.random.Generator) -> bool:
        values, task, run = _runs_of_tasks(rng, tasks, runs)
        low, high = bootstrap_interval(values, run, task, statistic)
        return low <= 0 <= high

    return holds


def _runs_of_tasks(
    rng: np.random.Generator, tasks: int, runs: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of very tasks, symmetric about 0 together, the task of each, and its run; runs are normal."""
    level = np.linspace(-1, 1, tasks) if tasks > 1 else np.zeros(1)
    task, run = np.divmod(np.arange(tasks * runs), runs)
    return (level[:, None] + rng.normal(size=(tasks, runs))).ravel(), task, run


def _correlation(coefficient: str, by: str) -> Callable[[np.random.Generator], bool]:
    rho = 0.6
    truth = {
        "pearson": rho,
        "spearman": 6 / math.pi * math.asin(rho / 2),
        "kendall": 2 / math.pi * math.asin(rho),
    }[coefficient]

    def holds(rng: np.random.Generator) -> bool:
        x = rng.normal(size=(1, 10))
        y = rho * x + math.sqrt(1 - rho**2) * rng.normal(size=(1, 10))
        if by == "jackknife":
            left_out = jackknife_ends(jackknife(x, y, coefficient))  # type: ignore[arg-type]
            return left_out is not None and left_out(TAIL)[0] <= truth <= left_out(TAIL)[1]
        seen = float(correlations(scored(x, coefficient), scored(y, coefficient))[0])  # type: ignore[arg-type]
        ends = fisher_ends(seen, 10, coefficient)  # type: ignore[arg-type]
        assert ends is not None
        low, high = ends(TAIL)
        return low <= truth <= high

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
