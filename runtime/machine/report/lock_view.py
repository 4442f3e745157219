"""Whether the claims were made before the results: what the page says of the study's lock."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from heldout.runtime.results.numbers import listing

SENTENCES = {
    "added": "This claim was added after results existed, so it was not tested as a prediction.",
    "changed": "This claim was changed after results existed, so it was not tested as a prediction.",
}


class LockView(NamedTuple):
    """The lock in words.

    Attributes:
        note: of the study as a whole; empty where nothing is known of a lock.
        sentences: by claim, for those that were not made before the results.
    """

    note: str
    sentences: Mapping[str, str]


def lock_view(lock: Mapping[str, Any] | None) -> LockView:
    """What the page says of a lock, as the plan has it; None where the plan has none."""
    if not lock:
        return LockView("", {})
    states: Mapping[str, str] = lock.get("claims") or {}
    sentences = {claim: SENTENCES[state] for claim, state in states.items() if state in SENTENCES}
    sentences |= {claim: grown(numbers) for claim, numbers in (lock.get("grew") or {}).items()}
    if not lock.get("locked"):
        unlocked = "The claims were not locked: nothing shows that they were made before the results."
        return LockView(unlocked if states else "", sentences)
    kept = sum(state == "locked" for state in states.values())
    if states and not kept:
        return LockView("None of the claims was made before there were results.", sentences)
    said = f"{kept} of {len(states)} claims stand as they were locked before there were results"
    parts = [said + (f" ({lock['at']})." if lock.get("at") else ".")]
    removed = lock.get("removed") or []
    if removed:
        noun = "A claim of the lock is" if len(removed) == 1 else "Claims of the lock are"
        parts.append(f"{noun} no longer made: {listing(list(removed))}.")
    return LockView(" ".join(parts), sentences)


def grown(numbers: Sequence[int]) -> str:
    """What is said of a claim whose study was made larger after there were results.

    Armitage, McPherson & Rowe 1969, "Repeated Significance Tests on Accumulating Data" (Journal of the Royal
    Statistical Society A 132): to test again when observations are added errs more often than once. The
    shares are of Student's t on normal values, one-sided at 0.05, of 40,000 studies.

    Args:
        numbers: of results that it was to have, from the first time on.
    """
    listed = listing([f"{number:,}" for number in numbers])
    return (
        f"Its study grew after results had come out: {listed} results in turn. A claim that is decided"
        " anew each time is wrongly supported more often than alpha says: at 0.05 in 0.083 of studies of 5"
        " and then 10 seeds, and in 0.109 where 20 follow. Take its p-value as that of an exploration, or"
        " divide alpha by the number of times."
    )
