"""Outcomes of differences of which some are cut short, against an edge that is not zero."""

from dataclasses import replace

import numpy as np

from heldout.runtime.evidence.decide import bounded
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.numbers import estimate

METHOD = (
    "Differences that are cut short may be farther from zero, and are taken to be as far beyond the edge as"
    " any lies from it, where else they would speak for what lies between zero and the edge."
)


def beyond(differences: np.ndarray, farther: np.ndarray, null: float) -> np.ndarray:
    """The differences with those that may be farther as far beyond `null` as the farthest one lies from it.

    Args:
        differences: NaN where one is missing.
        farther: the same shape.
        null: not zero.
    """
    distance = float(np.nanmax(np.abs(differences - null), initial=0.0))
    return np.where(farther & np.isfinite(differences), null + np.sign(null) * distance, differences)


def whatever_lies_beyond(found: Outcome, farther: Outcome, above: bool) -> Outcome:
    """An outcome that holds as well if what is cut short lies beyond the edge.

    Against zero, differences that are cut short on either side weigh alike. Against a margin they do not:
    that no curve of two is seen to pass says nothing of whether one would take twice as long as the other. So
    what speaks for an effect between zero and the edge has to hold with such differences beyond it too, no
    farther away than the farthest one seen, as `missing: against` has it.

    Args:
        found: of the differences as they count.
        farther: of those that `beyond` gives.
        above: the edge lies above zero, else below.
    """
    if found.untested or found.ends is None or farther.ends is None:
        return found
    one, other = found.ends, farther.ends

    def ends(for_claim: float, against: float) -> tuple[float, float]:
        (low, high), (lowest, highest) = (each(for_claim, against) for each in (one, other))
        return (low, max(high, highest)) if above else (min(low, lowest), high)

    interval = bounded(ends(found.alpha, found.alpha)) if found.interval is not None else None
    confidence = found.confidence if interval is not None else None
    words = estimate(0.0, interval, confidence)[1] if interval is not None and confidence is not None else ""
    told = f" With what is cut short beyond the edge: {words or 'no interval'}."
    return replace(
        found,
        finding=f"{found.finding}{told if interval != found.interval else ''}",
        method=f"{found.method} {METHOD}",
        interval=interval,
        confidence=confidence,
        ends=ends,
        p_claimed=found.p_claimed if above else max(found.p_claimed, farther.p_claimed),
        p_opposite=max(found.p_opposite, farther.p_opposite) if above else found.p_opposite,
    )
