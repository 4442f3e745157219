"""The words of an outcome that every claim type shares."""

from runtime.claims.centre import Statistic
from runtime.claims.observations import Evidence, Observations
from runtime.claims.sign_flip import DRAWS
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
    units = f"whole levels of {cluster}" if cluster else "each of them"
    patterns = (
        f"all {2**observations.num_units} patterns of signs"
        if evidence.test.exact
        else f"{DRAWS} random patterns of signs"
    )
    parts = [
        f"The {CENTRE[statistic]} of {number} {noun}; signs flipped for {units}, {patterns}.",
        f"Interval: {evidence.interval.method}." if evidence.interval else "",
        f"Standardized effect {fixed(evidence.standardized, 2)}."
        if evidence.standardized is not None
        else "",
        f"{share(len(observations.missing), number + len(observations.missing), noun)} missing and left out."
        if observations.missing
        else "",
    ]
    return " ".join(part for part in parts if part)
