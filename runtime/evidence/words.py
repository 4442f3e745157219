"""The words of an outcome that every claim type shares."""

from heldout.runtime.evidence.observations import MissingRule, Observations
from heldout.runtime.evidence.weigh import Evidence
from heldout.runtime.results.numbers import estimate, fixed, share
from heldout.runtime.statistics.centre import Statistic

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
        interval_words(level, narrow),
        standardized_words(evidence),
        f"{share(lost, number + lost, noun)} missing and {LOST[missing]}." if lost else "",
    ]
    return " ".join(part for part in parts if part)


def in_percent(effect: float, bounds: tuple[float, float] | None, confidence: float) -> str:
    """The effect and its interval in percent, as tables and figures show the metric, in a sentence."""
    low_and_high = None if bounds is None or bounds[0] == bounds[1] else (100 * bounds[0], 100 * bounds[1])
    value, range_words = estimate(100 * effect, low_and_high, confidence)
    return f" In percent: {value}{f' ({range_words})' if low_and_high else ''}."


def interval_words(level: float | None, narrow: bool) -> str:
    """How an interval was computed; empty where there is none."""
    if level is None:
        return ""
    told = f"Interval: the values that this test does not exclude at {100 * level:.3g} % on either side."
    if not narrow:
        return told
    return (
        f"{told} It has no width since all units are equal, which says that they vary less than the metric"
        " can show, and not that the effect is known exactly."
    )


def standardized_words(evidence: Evidence) -> str:
    """The standardized effect with its interval; empty where it is undefined."""
    if evidence.standardized is None:
        return ""
    if evidence.standardized_interval is None:
        return f"Standardized effect {fixed(evidence.standardized, 2)}."
    low, high = (fixed(end, 2) for end in evidence.standardized_interval)
    return f"Standardized effect {fixed(evidence.standardized, 2)} (95 % interval {low} to {high})."
