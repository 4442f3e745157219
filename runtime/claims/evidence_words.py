"""The words of an outcome that every claim type shares."""

from runtime.claims.centre import Statistic
from runtime.claims.observations import Evidence, Observations
from runtime.report.numbers import fixed, share

CENTRE = {"mean": "mean", "median": "median", "iqm": "interquartile mean"}


def how_tested(
    observations: Observations, evidence: Evidence, noun: str, statistic: Statistic, cluster: str | None
) -> str:
    """What was computed, in plain words.

    Args:
        noun: what one observation is, in the plural: `paired differences`.
        statistic: the centre that was taken.
        cluster: the axis that the test's units are levels of.
    """
    number = len(observations.values)
    units = f"; the units are the levels of {cluster}" if cluster else "; each is a unit of its own"
    parts = [
        f"The {CENTRE[statistic]} of {number} {noun}{units}. Test: {evidence.test.method}.",
        f"Interval: {evidence.interval.method}." if evidence.interval else "",
        f"Standardized effect {fixed(evidence.standardized, 2)}."
        if evidence.standardized is not None
        else "",
        f"{share(len(observations.missing), number + len(observations.missing), noun)} missing and left out."
        if observations.missing
        else "",
    ]
    return " ".join(part for part in parts if part)
