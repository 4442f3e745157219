"""A claim that holds only if each of several tests says so."""

from collections.abc import Sequence
from dataclasses import replace

from heldout.runtime.evidence.decide import bounded
from heldout.runtime.evidence.outcome import DecidedEnds, Outcome
from heldout.runtime.results.numbers import estimate


def all_of(parts: Sequence[Outcome], weakest: Outcome, ends: DecidedEnds | None = None) -> Outcome:
    """One outcome for several, all of which the claim needs.

    Berger 1982, "Multiparameter Hypothesis Testing and Acceptance Sampling" (Technometrics 24): the
    whole holds only if every part does, so its p-value is the greatest of the parts', uncorrected;
    it fails if any part is reversed, so the p-value against it is the smallest of the parts' times
    their number (Bonferroni).
    Differs from the paper: nothing.

    Args:
        parts: outcomes that were tested.
        weakest: the one of them whose effect, interval and words stand for the whole.
        ends: those of the whole; without them those of the weakest, at the levels that it was decided by.
    """
    if ends is None and weakest.ends is not None:
        ends = of_weakest(weakest.ends, len(parts))
    return replace(
        weakest,
        holds=all(part.holds for part in parts),
        p_claimed=max(part.p_claimed for part in parts),
        p_opposite=min(1.0, len(parts) * min(part.p_opposite for part in parts)),
        smallest_p=max(part.smallest_p for part in parts),
        spread=max((part.spread for part in parts if part.spread is not None), default=None),
        observations=tuple(one for part in parts for one in part.observations),
        oracle=any(part.oracle for part in parts),
        ends=ends,
    )


def of_weakest(ends: DecidedEnds, num_parts: int) -> DecidedEnds:
    """The ends of one part, of which the opposite was decided at a share of its level."""
    return lambda for_claim, against: ends(for_claim, against / num_parts)


def smallest_of(parts: Sequence[Outcome]) -> DecidedEnds | None:
    """The ends of the smallest of several effects, each of which is claimed to exceed the same edge.

    Below it lies the smallest lower end of all, at the level of one (the intersection-union test, inverted),
    above it the smallest upper end of all, at a share of the level (Bonferroni).
    """
    every = [part.ends for part in parts if part.ends is not None]
    if len(every) < len(parts):
        return None

    def ends(for_claim: float, against: float) -> tuple[float, float]:
        found = [of_weakest(one, len(parts))(for_claim, against) for one in every]
        return min(low for low, _ in found), min(high for _, high in found)

    return ends


def within_edges(above: Outcome, below: Outcome) -> DecidedEnds | None:
    """The ends of one effect that is claimed to exceed one edge and to stay under another.

    Schuirmann 1987: both tests reject at a level where the interval that leaves it out on either side lies
    between the edges. The opposite is decided at half of its level, so that its interval is given where
    either of the two lies beyond an edge.
    """
    lower, upper = above.ends, below.ends
    if lower is None or upper is None:
        return None

    def ends(for_claim: float, against: float) -> tuple[float, float]:
        inside = lower(for_claim, for_claim)[0], upper(for_claim, for_claim)[1]
        outside = upper(against / 2, against / 2)
        beyond = any(high < above.null or low > below.null for low, high in (inside, outside))
        return outside if beyond else inside

    return ends


def weakest_of(parts: Sequence[Outcome], hold: str, certain: str) -> Outcome:
    """One outcome for several comparisons, as strong as the weakest of them.

    Args:
        parts: of each comparison; where one was not tested, the whole is not.
        hold: what those that hold do, in words: `steps of 1 < 2 go up`.
        certain: how the whole is tested, in a sentence.
    """
    untested = [part for part in parts if part.untested]
    lacking = tuple(dict.fromkeys(coordinates for part in parts for coordinates in part.missing))
    if untested:
        return replace(untested[0], missing=lacking, oracle=any(part.oracle for part in parts))
    weakest = min(parts, key=lambda part: part.effect if part.effect is not None else 0.0)
    held = sum(part.holds for part in parts)
    whole = all_of(parts, weakest, smallest_of(parts))
    interval = bounded(whole.ends(whole.alpha, whole.alpha)) if whole.ends is not None else None
    told = ""
    if interval is not None and interval != weakest.interval and whole.confidence is not None:
        _, words = estimate(0.0, interval, whole.confidence)
        told = f" Of the smallest of all: {words}."
    return replace(
        whole,
        interval=interval,
        finding=f"{held} of {len(parts)} {hold}; the weakest is {weakest.finding}{told}",
        method=f"{certain} {weakest.method}",
        missing=lacking,
    )
