"""From observations to an outcome: what the claim types about one centre have in common."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from heldout.runtime.evidence.observations import MissingRule, Observations
from heldout.runtime.evidence.outcome import DecidedEnds, Outcome
from heldout.runtime.evidence.weigh import Evidence, weigh
from heldout.runtime.evidence.words import CENTRE, how_tested, in_percent, skewness_words
from heldout.runtime.results.numbers import estimate
from heldout.runtime.statistics.centre import Statistic, unit_means
from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.over_units import UnitTest

Sides = Literal["one", "two"]


def outcome(
    observations: Observations,
    *,
    subject: str,
    noun: str,
    null: float,
    null_words: str,
    direction: Literal[1, -1],
    cluster: str | None,
    statistic: Statistic,
    test: UnitTest | None,
    alpha: float,
    sides: Sides,
    missing: MissingRule,
    oracle: bool,
    evidence: Evidence | None = None,
    percent: bool = False,
    symmetric: bool = True,
    back: Callable[[float], float] | None = None,
) -> Outcome:
    """Weigh the observations for and against one claim.

    Args:
        observations: differences, slopes or values, in the metric's own unit and sign.
        subject: what one observation measures, in words.
        noun: what the observations are called, in the plural.
        null: the value at the edge of the claim.
        null_words: the claimed side of it, in words: `above zero`.
        direction: 1 where the claim is that the effect exceeds `null`, -1 where it stays under.
        cluster, statistic, test, alpha, sides, missing: as the claim declares them.
        oracle: some of the cells used test labels on purpose.
        evidence: what was computed, where the test is none of those over units and `test` is None.
        percent: the observations are shares that the study shows in percent.
        symmetric: the observations are differences of two sides that may swap names under the null, and so
            scatter symmetrically; what was done about others is told.
        back: increasing, from the scale of the observations to that on which effect, interval and
            observations
            are told, where they were transformed for the test: then the effect is no mean but the transformed
            one, and shares are told in percent.
    """
    cause = observations.cannot_test(missing)
    if cause:
        return untested(cause, observations, alpha, oracle)
    observations = observations.about(null)
    over_units = evidence is None
    if evidence is None:
        assert test is not None
        evidence = weigh(observations, null, statistic, test, missing)
    shared = 2 if sides == "two" else 1
    p_above, p_below = (min(1.0, shared * p) for p in (evidence.test.p_greater, evidence.test.p_less))
    told = back or float
    ends = decided_ends(evidence.ends, observations, null, direction, shared)
    ends = transformed(ends, told) if back is not None and ends is not None else ends
    effect, edge = float(told(evidence.effect)), float(told(null))
    confidence = 1 - 2 * alpha / shared
    bounds = bounded(ends(alpha, alpha)) if ends is not None and confidence > 0 else None
    equal = over_units and bool(np.ptp(means_of(observations)) <= observations.rounding)
    narrow = bounds is not None and equal
    value, range_words = estimate(effect, None if narrow else bounds, confidence)
    if bounds is None:
        range_words = "no interval: the test excludes nothing" if ends is not None else "no interval"
    if narrow:
        range_words = f"interval of no width: all {observations.num_units} units are equal"
    geometric = "geometric " if back is not None and statistic == "mean" else ""
    centre_word = f"{geometric}{CENTRE[statistic]}"
    method = how_tested(
        observations,
        evidence,
        noun,
        statistic,
        cluster,
        missing,
        alpha / shared if bounds else None,
        narrow,
    )
    if not symmetric:
        method += f" {skewness_words(means_of(observations) - null)}"
    on_side = int((direction * (observations.values - null) > 0).sum())
    return Outcome(
        alpha,
        finding=(
            f"{subject}: {centre_word} {value} ({range_words}); "
            f"{on_side} of {len(observations.values)} {noun} lie {null_words}{tied(observations, null)}."
            f"{in_percent(effect, bounds, confidence) if percent or back is not None else ''}"
        ),
        method=method,
        effect=effect,
        null=edge,
        holds=direction * (evidence.effect - null) > observations.rounding,
        interval=bounds,
        confidence=confidence if bounds is not None else None,
        ends=ends,
        direction=direction,
        p_claimed=p_above if direction > 0 else p_below,
        p_opposite=p_below if direction > 0 else p_above,
        smallest_p=min(1.0, shared * evidence.test.smallest_p),
        standardized=evidence.standardized,
        standardized_interval=evidence.standardized_interval,
        num_units=observations.num_units,
        spread=evidence.spread,
        observations=tuple(
            one if back is None else one._replace(value=float(told(one.value)))
            for one in observations.listed()
        ),
        missing=observations.missing,
        oracle=oracle,
    )


def transformed(ends: DecidedEnds, back: Callable[[float], float]) -> DecidedEnds:
    """The ends of an interval on another, increasing scale."""

    def decided(for_claim: float, against: float) -> tuple[float, float]:
        lower, upper = ends(for_claim, against)
        return float(back(lower)), float(back(upper))

    return decided


def untested(cause: str, observations: Observations, alpha: float, oracle: bool) -> Outcome:
    """The outcome of a claim whose observations do not allow a test."""
    return Outcome(
        alpha,
        finding=f"Not tested: {cause}.",
        method="No test was made.",
        observations=observations.listed(),
        missing=observations.missing,
        oracle=oracle,
        untested=cause,
    )


def decided_ends(
    ends: Ends | None, observations: Observations, null: float, direction: Literal[1, -1], shared: int
) -> DecidedEnds | None:
    """The ends of an interval at levels of p-values, of which each direction tests at a share."""
    if ends is None:
        return None

    def at_null(end: float) -> float:
        return null if abs(end - null) <= observations.rounding else end

    def decided(for_claim: float, against: float) -> tuple[float, float]:
        lower, upper = (for_claim, against) if direction > 0 else (against, for_claim)
        return at_null(ends(lower / shared)[0]), at_null(ends(upper / shared)[1])

    return decided


def bounded(interval: tuple[float, float]) -> tuple[float, float] | None:
    """An interval that has two ends."""
    return interval if all(map(math.isfinite, interval)) else None


def means_of(observations: Observations) -> np.ndarray:
    """The mean of each unit, [num_units]."""
    return unit_means(observations.values, observations.unit)


def tied(observations: Observations, null: float) -> str:
    """How many observations lie on the edge of the claim itself, in words."""
    ties = int((observations.values == null).sum())
    return f", {ties} {'is' if ties == 1 else 'are'} tied" if ties else ""
