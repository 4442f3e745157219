"""What runs deviate from their medians on two sides, run against run."""

import math
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from heldout.runtime.components.claims.contract import Directed
from heldout.runtime.evidence.decide import bounded, transformed, untested
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Observation, Outcome
from heldout.runtime.evidence.weigh import weigh
from heldout.runtime.evidence.words import LOST
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.numbers import estimate, plain, share
from heldout.runtime.statistics.centre import unit_means
from heldout.runtime.statistics.scatter import excess, smallest_exchange_p
from heldout.runtime.statistics.sign_flip import Tested

FARTHEST = 30.0  # logarithm of a factor, on either side of the one that was seen
HALVINGS = 24


def deviating_runs(
    design: Directed,
    axes: tuple[Axis, ...],
    wide: np.ndarray,
    narrow: np.ndarray,
    exists: np.ndarray,
    margin: float,
    subject: str,
) -> Outcome:
    """Hold what runs deviate on either side against each other, at the edge and at any factor of an interval.

    Args:
        design: with the runs as its cluster.
        axes: of the settings, and of the runs.
        wide, narrow: deviations by these, NaN where a run is missing on either side.
        exists: the study makes the run.
        margin: that the factor must exceed, less one.
        subject: what the effect is, in words.
    """

    @cache
    def of_factor(factor: float) -> Observations:
        return design.observations(axes, excess(wide, narrow, factor), exists, np.ones(1)).about(0.0)

    at_edge = of_factor(1 + margin)
    cause = at_edge.cannot_test(design.missing)
    if cause:
        return untested(cause, at_edge, design.alpha, oracle=False)
    factor = _equal_at(wide, narrow, 1 + margin)
    middle, null = math.log(max(factor, math.exp(-FARTHEST))), math.log1p(margin)
    shared = 2 if design.sides == "two" else 1

    @cache
    def tested(log_factor: float) -> Tested:
        return weigh(of_factor(math.exp(log_factor)), 0.0, "mean", design.test, design.missing).test

    @cache
    def end(side: int, level: float) -> float:
        def excluded(tried: float) -> bool:
            return (tested(tried).p_greater if side < 0 else tested(tried).p_less) <= level

        out, within = middle + side * FARTHEST, middle
        if not excluded(out):
            return side * math.inf
        for number in range(HALVINGS):
            between = number == 0 and min(out, within) < null < max(out, within)
            tried = null if between else (out + within) / 2
            out, within = (tried, within) if excluded(tried) else (out, tried)
        return out

    def log_ends(for_claim: float, against: float) -> tuple[float, float]:
        return end(-1, for_claim / shared), end(1, against / shared)

    def gain(log_factor: float) -> float:
        return math.expm1(log_factor) if math.isfinite(log_factor) else log_factor

    ends = transformed(log_ends, gain)
    confidence = 1 - 2 * design.alpha / shared
    interval = bounded(ends(design.alpha, design.alpha))
    edge = tested(null)
    smallest = edge.smallest_p
    if design.test == "sign-flip" and wide.size == wide.shape[-1]:
        smallest = max(smallest, smallest_exchange_p(at_edge.num_units))
    value, words = estimate(factor - 1, interval, confidence)
    if interval is None:
        words = "no interval: the test excludes nothing on one side"
    number, lost = len(at_edge.values), len(at_edge.missing)
    more = share(int((at_edge.values > at_edge.rounding).sum()), number, "runs")
    missing = f" {share(lost, number + lost, 'runs')} missing and {LOST[design.missing]}." if lost else ""
    return Outcome(
        design.alpha,
        finding=f"{subject}: {value} ({words}); {more} deviate farther"
        f"{f' than {plain(1 + margin)} times the other' if margin else ''}.",
        method="Absolute deviations from the median of each side, run against run (Brown & Forsythe 1974);"
        f" the units are the levels of {design.cluster}. Test: {edge.method}. Interval: the factors at which"
        f" this test does not exclude that both deviate alike.{missing}",
        effect=factor - 1,
        null=margin,
        holds=float(unit_means(at_edge.values, at_edge.unit).mean()) > at_edge.rounding,
        interval=interval,
        confidence=confidence if interval is not None else None,
        ends=ends,
        p_claimed=min(1.0, shared * edge.p_greater),
        p_opposite=min(1.0, shared * edge.p_less),
        smallest_p=min(1.0, shared * smallest),
        num_units=at_edge.num_units,
        observations=tuple(_settings(axes, wide, narrow, np.asarray(exists.any(axis=-1)))),
        missing=at_edge.missing,
    )


def _equal_at(wide: np.ndarray, narrow: np.ndarray, factor: float) -> float:
    """The factor at which the mean excess is zero, with the weights of settings at another."""
    both = np.nansum(wide + factor * narrow, axis=-1, keepdims=True)
    weights = (
        np.isfinite(wide) / np.where(both > 0, both, 1.0) * np.isfinite(wide).sum(axis=-1, keepdims=True)
    )
    runs = np.isfinite(wide).reshape(-1, wide.shape[-1]).sum(axis=0)
    weights = weights / np.maximum(runs, 1)
    return float(np.nansum(weights * wide) / np.nansum(weights * narrow))


def _settings(
    axes: Sequence[Axis], wide: np.ndarray, narrow: np.ndarray, exists: np.ndarray
) -> Iterator[Observation]:
    """By setting, the share by which one side scatters more, where the other does at all."""
    for number, at in enumerate(np.argwhere(exists).tolist()):
        less = float(np.nansum(narrow[tuple(at)]))
        if less > 0:
            coordinates = {one.name: one.levels[i] for one, i in zip(axes, at, strict=False)}
            yield Observation(coordinates, number, float(np.nansum(wide[tuple(at)])) / less - 1)
