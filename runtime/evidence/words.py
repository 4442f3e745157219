"""The words of an outcome that every claim type shares."""

import numpy as np
from scipy import stats

from heldout.runtime.evidence.observations import MissingRule, Observations
from heldout.runtime.evidence.weigh import Evidence
from heldout.runtime.results.numbers import estimate, fixed, share
from heldout.runtime.statistics.centre import Statistic
from heldout.runtime.statistics.rounding import rounding

LOST = {
    "block": "left out",
    "drop": "left out",
    "against": "taken to be what is worst for each side, no farther away than the farthest one seen",
}
CENTRE = {"mean": "mean", "median": "median", "iqm": "interquartile mean"}


def how_tested(
    observations: Observations,
    evidence: Evidence,
    noun: str,
    statistic: Statistic,
    cluster: str | None,
    missing: MissingRule = "block",
    level: float | None = None,
    narrow: bool = False,
) -> str:
    """What was computed, in plain words.

    Args:
        noun: what one observation is, in the plural: `paired differences`.
        statistic: the centre that was taken.
        cluster: the axis that the test's units are levels of.
        missing: what was done about missing observations.
        level: that the interval leaves out on either side; None where there is no interval.
        narrow: the interval has no width.
    """
    number, lost = len(observations.values), len(observations.missing)
    units = f"; the units are the levels of {cluster}" if cluster else "; each is a unit of its own"
    parts = [
        f"The {CENTRE[statistic]} of {number} {noun}{units}. Test: {evidence.test.method}.",
        interval_words(level, narrow, evidence.interval_by),
        standardized_words(evidence),
        f"{share(lost, number + lost, noun)} missing and {LOST[missing]}." if lost else "",
    ]
    return " ".join(part for part in parts if part)


def in_percent(effect: float, bounds: tuple[float, float] | None, confidence: float) -> str:
    """The effect and its interval in percent, as tables and figures show the metric, in a sentence."""
    low_and_high = None if bounds is None or bounds[0] == bounds[1] else (100 * bounds[0], 100 * bounds[1])
    value, range_words = estimate(100 * effect, low_and_high, confidence)
    return f" In percent: {value}{f' ({range_words})' if low_and_high else ''}."


def interval_words(level: float | None, narrow: bool, by: str = "") -> str:
    """How an interval was computed; empty where there is none.

    Args:
        by: the test whose interval it is, where that is not the one that decides.
    """
    if level is None:
        return ""
    whose = by or "this test"
    told = f"Interval: the values that {whose} does not exclude at {100 * level:.3g} % on either side."
    if by:
        told += " That is another test than the one that decides, and the two need not agree."
    if not narrow:
        return told
    return (
        f"{told} It has no width since all units are equal, which says that they vary less than the metric"
        " can show, and not that the effect is known exactly."
    )


def skewness_words(means: np.ndarray) -> str:
    """What a test of the units' means says where they are skewed, in sentences.

    Of 5 to 20 values, at 0.05, sign flips and Student's t err towards the shorter tail in 0.10 to 0.16 of
    studies where values are exponential, and in 0.15 to 0.23 where they are lognormal. Johnson 1978,
    "Modified t Tests and Confidence Intervals for Asymmetrical Populations", errs in 0.06 to 0.12 of these,
    Hall 1992, "On the Removal of Skewness by Transformation", in 0.07 to 0.19, and the bootstrap-t in 0.06 to
    0.15: so few values do not tell how skewed they are, and none of the three takes the place of a word.

    Args:
        means: of the units, less the null.
    """
    said = (
        "These are no differences, and the test takes them to scatter symmetrically: where one tail is"
        " longer, a verdict towards the shorter one is wrong more often than alpha says (of exponential"
        " values 0.10 to 0.16 at 0.05)."
    )
    if len(means) < 3 or np.ptp(means) <= rounding(means):
        return said
    skewness = float(stats.skew(means, bias=False))
    towards = "shorter" if skewness * float(means.mean()) < 0 else "longer"
    seen = f"The {len(means)} units have skewness {fixed(skewness, 1)}"
    return f"{said} {seen}; the effect lies towards the {towards} tail."


def standardized_words(evidence: Evidence) -> str:
    """The standardized effect with its interval; empty where it is undefined."""
    if evidence.standardized is None:
        return ""
    if evidence.standardized_interval is None:
        return f"Standardized effect {fixed(evidence.standardized, 2)}."
    low, high = (fixed(end, 2) for end in evidence.standardized_interval)
    return f"Standardized effect {fixed(evidence.standardized, 2)} (95 % interval {low} to {high})."
