"""A claim of several tests, of any kinds, all of which must hold."""

from collections.abc import Mapping, Sequence

from heldout.runtime.evidence.outcome import Outcome

RULE = (
    "Intersection-union test: the claim is supported where each of its tests is, at the level of the whole,"
    " and its p-value is the largest of theirs. It is contradicted where one of them is, each at that level"
    " divided by their number (Bonferroni), for each has a chance of its own to err."
)


def conjunction(parts: Sequence[Outcome], kinds: Sequence[str], lost: Mapping[str, int]) -> Outcome:
    """One outcome for several tests, without an effect or an interval: these have units of their own.

    Berger 1982, "Multiparameter Hypothesis Testing and Acceptance Sampling" (Technometrics 24): that not all
    tests hold is rejected where each of their nulls is, so the p-value is the largest, uncorrected, and what
    is claimed is wrong with probability alpha at most however the tests depend on each other. Roy 1953, "On a
    Heuristic Method of Test Construction" (Annals of Mathematical Statistics 24): that all hold is rejected
    where one of them is reversed, so the p-value against it is the smallest times their number (Bonferroni).
    Differs from the papers: only tests whose effect lies on the other side speak against the claim.

    Args:
        parts: of each test, at one alpha; where one was not tested, the whole is not.
        kinds: what each is called.
        lost: results that any of them rests on and that are missing, by reason.
    """
    number, alpha = len(parts), parts[0].alpha
    oracle = any(part.oracle for part in parts)
    named = [f"test {at} of {number} ({kind})" for at, kind in enumerate(kinds, 1)]
    untested = [f"{name}: {part.untested}" for name, part in zip(named, parts, strict=True) if part.untested]
    if untested:
        cause = "; ".join(untested)
        return Outcome(
            alpha,
            finding=f"Not tested as a whole: {cause}.",
            method=RULE,
            untested=cause,
            oracle=oracle,
            lost=lost,
            parts=tuple(parts),
        )
    hold = [part.holds for part in parts]
    against = [part.p_opposite for part in parts if not part.holds]
    least = max(range(number), key=lambda i: (not hold[i], parts[i].p_claimed))
    return Outcome(
        alpha,
        finding=f"{sum(hold)} of {number} tests point the way of the claim;"
        f" the least certain is {named[least]}.",
        method=RULE,
        holds=all(hold),
        p_claimed=max(part.p_claimed for part in parts),
        p_opposite=min(1.0, number * min(against, default=1.0)),
        smallest_p=max(part.smallest_p for part in parts),
        num_units=min(part.num_units for part in parts),
        oracle=oracle,
        lost=lost,
        parts=tuple(parts),
    )
