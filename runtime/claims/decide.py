"""From observations to an outcome: what `compare`, `threshold` and `trend` have in common."""

from typing import Literal

from runtime.claims.centre import Statistic
from runtime.claims.evidence_words import CENTRE, how_tested
from runtime.claims.observations import MissingRule, Observations, Test, weigh
from runtime.claims.outcome import Outcome
from runtime.report.numbers import estimate

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
    test: Test,
    alpha: float,
    sides: Sides,
    missing: MissingRule,
    oracle: bool,
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
    """
    cause = observations.cannot_test(missing)
    if cause:
        return Outcome(
            alpha,
            finding=f"Not tested: {cause}.",
            method="Nothing was computed.",
            observations=observations.listed(),
            missing=observations.missing,
            oracle=oracle,
            untested=cause,
        )
    evidence = weigh(observations, null, statistic, test)
    shared = 2 if sides == "two" else 1
    p_above, p_below = (min(1.0, shared * p) for p in (evidence.test.p_greater, evidence.test.p_less))
    bounds = (evidence.interval.low, evidence.interval.high) if evidence.interval else None
    value, range_words = estimate(evidence.effect, bounds)
    on_side = int((direction * (observations.values - null) > 0).sum())
    return Outcome(
        alpha,
        finding=(
            f"{subject}: {CENTRE[statistic]} {value} ({range_words}); "
            f"{on_side} of {len(observations.values)} {noun} lie {null_words}."
        ),
        method=how_tested(observations, evidence, noun, statistic, cluster),
        effect=evidence.effect,
        null=null,
        holds=direction * (evidence.effect - null) > 0,
        interval=bounds,
        p_claimed=p_above if direction > 0 else p_below,
        p_opposite=p_below if direction > 0 else p_above,
        smallest_p=min(1.0, shared * evidence.test.smallest_p),
        standardized=evidence.standardized,
        observations=observations.listed(),
        missing=observations.missing,
        oracle=oracle,
    )
