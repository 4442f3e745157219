"""Whether the claims were made before the results: what the page says of the study's lock."""

from collections.abc import Mapping
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
