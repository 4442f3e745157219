"""Two one-sided tests: the effect lies within a margin of a number."""

from dataclasses import replace

from heldout.runtime.evidence.all_of import all_of, within_edges
from heldout.runtime.evidence.decide import outcome, untested
from heldout.runtime.evidence.observations import MissingRule, Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.words import in_percent
from heldout.runtime.results.numbers import plain
from heldout.runtime.statistics.centre import Statistic
from heldout.runtime.statistics.over_units import UnitTest


def equivalence(
    observations: Observations,
    *,
    subject: str,
    noun: str,
    middle: float,
    margin: float,
    cluster: str | None,
    statistic: Statistic,
    test: UnitTest,
    alpha: float,
    missing: MissingRule,
    oracle: bool,
    words: str = "",
    percent: bool = False,
    symmetric: bool = True,
) -> Outcome:
    """Weigh whether an effect lies less than `margin` away from `middle`.

    Schuirmann 1987, "A Comparison of the Two One-Sided Tests Procedure and the Power Approach for
    Assessing the Equivalence of Average Bioavailability" (Journal of Pharmacokinetics and
    Biopharmaceutics 15): equivalent if the effect is above the lower edge and below the upper one,
    each at alpha, so the p-value is the greater of the two.
    Differs from the paper: the two tests may be sign flips; and the opposite, that the effect lies
    outside, has a p-value too: the smaller of the two outward ones, times two (Bonferroni).

    Args:
        observations: differences or values, in the metric's own unit.
        subject, noun, cluster, statistic, test, alpha, missing, oracle: as `decide.outcome` takes them.
        middle: the number that the effect is held against.
        margin: how far from it still counts as the same.
        words: what an effect within the margin does, where that is not said by margin and middle.
        percent: the observations are shares that the study shows in percent.
        symmetric: as `decide.outcome` takes it.

    Raises:
        ValueError: the margin is not positive.
    """
    if margin <= 0:
        raise ValueError(f"a margin of equivalence is above zero, got {plain(margin)}")
    cause = observations.cannot_test(missing)
    if cause:
        return untested(cause, observations, alpha, oracle)
    within = words or f"within {plain(margin)} of {plain(middle) if middle else 'zero'}"
    above, below = (
        outcome(
            observations,
            subject=subject,
            noun=noun,
            null=middle - direction * margin,
            null_words=within,
            direction=direction,
            cluster=cluster,
            statistic=statistic,
            test=test,
            alpha=alpha,
            sides="one",
            missing=missing,
            oracle=oracle,
            symmetric=symmetric,
        )
        for direction in (1, -1)
    )
    effect = above.effect
    assert effect is not None
    nearest = below if effect > middle else above  # the edge that is harder to stay inside of
    edge = margin - observations.about(middle + margin).rounding  # a distance that equals it is not within
    inside = int((abs(observations.values - middle) < edge).sum())
    head, _, _ = nearest.finding.rpartition("; ")
    return replace(
        all_of([above, below], nearest, within_edges(above, below)),
        direction=0,
        finding=f"{head}; {inside} of {len(observations.values)} {noun} lie {within}."
        f"{in_percent(effect, nearest.interval, 1 - 2 * alpha) if percent else ''}",
        method=f"Two one-sided tests, one at each edge of the margin. {nearest.method}",
        observations=nearest.observations,
    )
