"""The verdicts of a study: every claim judged with all the others in view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from heldout.runtime.component import chosen
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.machine.verdicts.lost_cells import lost_cells, lost_words
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.holm import holm


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
    """

    id: str
    says: str
    kind: str
    word: Word
    p_claimed: float
    p_opposite: float
    num_claims: int
    outcome: Outcome

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
    try:
        outcome: Outcome = chosen("claims", {claim["kind"]: claim["parameters"]})(results)
        lost = lost_cells(claim, results)
    except ValueError as error:
        alpha = claim["parameters"].get("alpha", 0.05)
        return Outcome(
            alpha, finding=f"Not tested: {error}.", method="No test was made.", untested=str(error)
        )
    return replace(outcome, lost=lost, method=f"{outcome.method} {lost_words(lost)}".rstrip())


def judge(claims: Sequence[Mapping[str, Any]], results: Results) -> tuple[Verdict, ...]:
    """The verdicts of all claims, in the study's order.

    Holm's correction is over all claims that the study declares, once for what they claim and once
    for the opposite. A claim that is untested counts with a p-value of 1: a lost cell never makes
    another claim easier to support.
    """
    outcomes = [examine(claim, results) for claim in claims]
    for_claims = holm([1.0 if one.untested else one.p_claimed for one in outcomes])
    against = holm([1.0 if one.untested else one.p_opposite for one in outcomes])
    return tuple(
        Verdict(
            id=claim["id"],
            says=claim.get("says") or claim["id"],
            kind=claim["kind"],
            word=verdict_word(outcome, p_claimed, p_opposite),
            p_claimed=p_claimed,
            p_opposite=p_opposite,
            num_claims=len(claims),
            outcome=outcome,
        )
        for claim, outcome, p_claimed, p_opposite in zip(claims, outcomes, for_claims, against, strict=True)
    )
