"""Outcomes of claims that are read at several sizes of their study."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from heldout.runtime.evidence.outcome import DecidedEnds, Outcome

LOOK = "look"  # of a claim in the plan


def at_look(outcome: Outcome, look: Mapping[str, Any] | None) -> Outcome:
    """An outcome as it counts over all looks.

    A p-value of one of several planned looks, divided by the share of alpha that is spent there, is at most
    any level u in u of studies at most, over all looks together, since the shares sum to one (Bonferroni's
    inequality, weighted as by Holm 1979, section 4). So verdicts, and Holm's correction over claims, treat it
    as any other p-value, whatever the test is.

    Args:
        outcome: of the test at the level that is spent at this look, which its interval is at.
        look: with `alpha` of all looks, the `share` spent at this one, `axis`, `at`, `number` and `spending`;
            None where the claim is read once.
    """
    if look is None:
        return outcome
    share = float(look["share"])
    return replace(
        outcome,
        alpha=float(look["alpha"]),
        p_claimed=min(1.0, outcome.p_claimed / share),
        p_opposite=min(1.0, outcome.p_opposite / share),
        smallest_p=min(1.0, outcome.smallest_p / share),
        ends=_shared(outcome.ends, share),
        method=f"{outcome.method} {look_words(look)}",
    )


def look_words(look: Mapping[str, Any]) -> str:
    """Where a claim stands, in a sentence or two."""
    at, number, alpha = look["at"], look["number"], float(look["alpha"])
    return (
        f"Look {number} of {len(at)}, at {at[number - 1]} of {at[-1]} levels of {look['axis']}: "
        f"{alpha * float(look['share']):.3g} of alpha {alpha:g} is spent here ({look['spending']}), "
        "and p-values are divided by that share."
    )


def _shared(ends: DecidedEnds | None, share: float) -> DecidedEnds | None:
    """The ends of an interval at levels of p-values that were divided by a share."""
    if ends is None:
        return None
    return lambda for_claim, against: ends(for_claim * share, against * share)
