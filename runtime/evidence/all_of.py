"""A claim that holds only if each of several tests says so."""

from collections.abc import Sequence
from dataclasses import replace

from heldout.runtime.evidence.outcome import Outcome


def all_of(parts: Sequence[Outcome], weakest: Outcome) -> Outcome:
    """One outcome for several, all of which the claim needs.

    Berger 1982, "Multiparameter Hypothesis Testing and Acceptance Sampling" (Technometrics 24): the
    whole holds only if every part does, so its p-value is the greatest of the parts', uncorrected;
    it fails if any part is reversed, so the p-value against it is the smallest of the parts' times
    their number (Bonferroni).
    Differs from the paper: nothing.

    Args:
        parts: outcomes that were tested.
        weakest: the one of them whose effect, interval and words stand for the whole.
    """
    return replace(
        weakest,
        holds=all(part.holds for part in parts),
        p_claimed=max(part.p_claimed for part in parts),
        p_opposite=min(1.0, len(parts) * min(part.p_opposite for part in parts)),
        smallest_p=max(part.smallest_p for part in parts),
        spread=max((part.spread for part in parts if part.spread is not None), default=None),
        observations=tuple(one for part in parts for one in part.observations),
        oracle=any(part.oracle for part in parts),
    )


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
    return replace(
        all_of(parts, weakest),
        finding=f"{held} of {len(parts)} {hold}; the weakest is {weakest.finding}",
        method=f"{certain} {weakest.method}",
        missing=lacking,
    )
