"""From observations to an outcome: what the claim types about one centre have in common."""

from typing import Literal

from heldout.runtime.evidence.observations import MissingRule, Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.weigh import Evidence, weigh
from heldout.runtime.evidence.words import CENTRE, how_tested, in_percent
from heldout.runtime.results.numbers import estimate
from heldout.runtime.statistics.centre import Statistic
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
    """
    cause = observations.cannot_test(missing)
    if cause:
        return untested(cause, observations, alpha, oracle)
    observations = observations.about(null)
    if evidence is None:
        assert test is not None
        evidence = weigh(observations, null, statistic, test, missing)
    shared = 2 if sides == "two" else 1
    p_above, p_below = (min(1.0, shared * p) for p in (evidence.test.p_greater, evidence.test.p_less))
    bounds = (evidence.interval.low, evidence.interval.high) if evidence.interval else None
    narrow = without_width(observations, bounds)
    value, range_words = estimate(evidence.effect, None if narrow else bounds)
    if bounds is None and len(observations.values) > 1:
        range_words = "no interval can be given"
    if narrow:
        range_words = f"95 % interval of no width: all {observations.num_units} units are equal"
    on_side = int((direction * (observations.values - null) > 0).sum())
    return Outcome(
        alpha,
        finding=(
            f"{subject}: {CENTRE[statistic]} {value} ({range_words}); "
            f"{on_side} of {len(observations.values)} {noun} lie {null_words}{tied(observations, null)}."
            f"{in_percent(evidence.effect, bounds) if percent else ''}"
        ),
        method=how_tested(observations, evidence, noun, statistic, cluster, missing),
        effect=evidence.effect,
        null=null,
        holds=direction * (evidence.effect - null) > observations.rounding,
        interval=bounds,
        p_claimed=p_above if direction > 0 else p_below,
        p_opposite=p_below if direction > 0 else p_above,
        smallest_p=min(1.0, shared * evidence.test.smallest_p),
        standardized=evidence.standardized,
        standardized_interval=evidence.standardized_interval,
        num_units=observations.num_units,
        spread=evidence.spread,
        observations=observations.listed(),
        missing=observations.missing,
        oracle=oracle,
    )


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


def without_width(observations: Observations, bounds: tuple[float, float] | None) -> bool:
    """Whether an interval is one number, but for rounding."""
    return bounds is not None and bounds[1] - bounds[0] <= observations.rounding


def tied(observations: Observations, null: float) -> str:
    """How many observations lie on the edge of the claim itself, in words."""
    ties = int((observations.values == null).sum())
    return f", {ties} {'is' if ties == 1 else 'are'} tied" if ties else ""
