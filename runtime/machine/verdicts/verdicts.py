"""The verdicts of a study: every claim judged with all the others in view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from heldout.runtime.component import chosen
from heldout.runtime.evidence.conjunction import conjunction
from heldout.runtime.evidence.looks import LOOK, at_look, look_words
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.machine.verdicts.companion import Companion, LeftOut, companion
from heldout.runtime.machine.verdicts.lost_cells import lost_cells, lost_words
from heldout.runtime.results.plan import ALL, tests_of
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.holm import holm, level_left


class Word(StrEnum):
    """What is said of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"
    UNTESTED = "untested"


@dataclass(frozen=True)
class Verdict:
    """A claim, its outcome and what the study says of it.

    Attributes:
        p_claimed, p_opposite: of the outcome, after Holm's correction.
        num_claims: the claims that the correction is over.
        level_claimed, level_opposite: what the correction leaves of alpha for the claim and for its opposite,
            the other claims being as they are: each was decided where its own p-value is at most that.
        interval: of the effect at these levels, infinite where a test excludes nothing at them: the claim is
            supported where it lies on the claimed side of the edge, and contradicted where on the other.
        parts: of its tests, where it needs several.
        beside: how many tests the claim has of which this is one; 0 where it is a claim.
        measured: it is about what tasks cost, which is another number when it is measured again.
        companion: what a crossed mixed model says beside it, or why none does; None where none could.
    """

    id: str
    says: str
    kind: str
    word: Word
    p_claimed: float
    p_opposite: float
    num_claims: int
    outcome: Outcome
    level_claimed: float = 0.0
    level_opposite: float = 0.0
    interval: tuple[float, float] | None = None
    parts: "tuple[Verdict, ...]" = ()
    beside: int = 0
    measured: bool = False
    companion: Companion | LeftOut | None = None

    @property
    def exhausted(self) -> bool:
        """Undecided although every unit points one way: the test has too few units for so many claims."""
        smallest = self.outcome.smallest_p
        least = min(self.outcome.p_claimed, self.outcome.p_opposite)
        return self.word is Word.UNDECIDED and least == smallest and not self.silent

    @property
    def silent(self) -> bool:
        """Undecided whatever the units say: there are too few of them for the test."""
        return self.word is Word.UNDECIDED and self.outcome.smallest_p >= 1


def verdict_word(outcome: Outcome, p_claimed: float, p_opposite: float) -> Word:
    """What corrected p-values say of an outcome.

    The side that the effect lies on must agree with the test: they can only differ where the
    claim joins several tests.
    """
    if outcome.untested:
        return Word.UNTESTED
    if outcome.holds and p_claimed <= outcome.alpha:
        return Word.SUPPORTED
    if not outcome.holds and p_opposite <= outcome.alpha:
        return Word.CONTRADICTED
    return Word.UNDECIDED


def examine(claim: Mapping[str, Any], results: Results) -> Outcome:
    """The outcome of one declared claim. One that its type rejects is untested, and says why."""
    parts, look = claim.get(ALL) or (), claim.get(LOOK)
    if parts:
        outcomes = [examine({**part, LOOK: look}, results) for part in parts]
        try:
            lost = lost_cells(claim, results)
        except ValueError:  # of a test that is untested, and says why
            lost = {}
        joined = conjunction(outcomes, [part["kind"] for part in parts], lost)
        return replace(joined, method=f"{joined.method} {look_words(look)}") if look is not None else joined
    try:
        outcome: Outcome = chosen("claims", {claim["kind"]: claim["parameters"]})(results)
        lost = lost_cells(claim, results)
    except ValueError as error:
        alpha = claim["parameters"].get("alpha", 0.05)
        words = f"Not tested: {error}."
        outcome = Outcome(alpha, finding=words, method="No test was made.", untested=str(error))
        return at_look(outcome, look)
    outcome = replace(outcome, lost=lost, method=f"{outcome.method} {lost_words(lost)}".rstrip())
    return at_look(outcome, look)


def judge(claims: Sequence[Mapping[str, Any]], results: Results) -> tuple[Verdict, ...]:
    """The verdicts of all claims, in the study's order.

    Holm's correction is over all claims that the study declares, once for what they claim and once
    for the opposite. A claim that is untested counts with a p-value of 1: a lost cell never makes
    another claim easier to support. A claim of several tests counts once.
    """
    outcomes = [examine(claim, results) for claim in claims]
    p_claimed = [1.0 if one.untested else one.p_claimed for one in outcomes]
    p_opposite = [1.0 if one.untested else one.p_opposite for one in outcomes]
    for_claims, against = holm(p_claimed), holm(p_opposite)
    verdicts = []
    for number, (claim, outcome) in enumerate(zip(claims, outcomes, strict=True)):
        levels = [level_left(each, number, outcome.alpha) for each in (p_claimed, p_opposite)]
        verdict = Verdict(
            id=claim["id"],
            says=claim.get("says") or claim["id"],
            kind=claim["kind"],
            word=verdict_word(outcome, for_claims[number], against[number]),
            p_claimed=for_claims[number],
            p_opposite=against[number],
            num_claims=len(claims),
            outcome=outcome,
            level_claimed=levels[0],
            level_opposite=levels[1],
            interval=outcome.ends(*levels) if outcome.ends is not None else None,
            measured=any(_is_measured(test["parameters"]) for test in tests_of([claim])),
            companion=companion(claim, outcome),
        )
        verdicts.append(replace(verdict, parts=verdicts_of_parts(claim, verdict)))
    return tuple(verdicts)


def verdicts_of_parts(claim: Mapping[str, Any], whole: Verdict) -> tuple[Verdict, ...]:
    """The verdict of each test of a claim that needs all of them, by the rule that decides the whole.

    Each is supported at the level of the whole, and contradicted at that level divided by their number: the
    whole is supported where all are, and contradicted where one is.
    """
    parts = whole.outcome.parts
    against = whole.level_opposite / len(parts) if parts else 0.0
    verdicts = []
    for number, (test, outcome) in enumerate(zip(claim.get(ALL) or (), parts, strict=True), 1):
        p_claimed = _at_alpha(outcome.p_claimed, whole.level_claimed, outcome.alpha)
        p_opposite = _at_alpha(outcome.p_opposite, against, outcome.alpha)
        verdicts.append(
            replace(
                whole,
                id=f"{whole.id}.{number}",
                says=f"{number} of {len(parts)}: {test['kind']}",
                kind=test["kind"],
                word=verdict_word(outcome, p_claimed, p_opposite),
                p_claimed=p_claimed,
                p_opposite=p_opposite,
                outcome=outcome,
                level_opposite=against,
                beside=len(parts),
                measured=_is_measured(test["parameters"]),
                companion=companion(test, outcome),
                interval=outcome.ends(whole.level_claimed, against) if outcome.ends is not None else None,
            )
        )
    return tuple(verdicts)


def _is_measured(parameters: Mapping[str, Any]) -> bool:
    """Whether a metric among the parameters of a test was measured."""
    values = [one for value in parameters.values() for one in (value if isinstance(value, list) else [value])]
    return any(isinstance(one, Mapping) and "metric" in one and one.get("measured") for one in values)


def _at_alpha(p: float, level: float, alpha: float) -> float:
    """A p-value that is decided at a level, as one that is at most alpha exactly where it is decided."""
    return min(1.0, p * alpha / level) if level > 0 else 1.0
