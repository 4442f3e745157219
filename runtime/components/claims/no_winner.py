"""no-winner: none of several levels of an axis scores better than a reference."""

from typing import Annotated, Literal

from pydantic import Field

from heldout.runtime.claim import Refusal, claim
from heldout.runtime.components.claims.contract import Across, Directed, Level, Levels
from heldout.runtime.components.claims.highest import against_each
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.evidence.sides import side_text
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@claim(
    decided_by=OVER_UNITS,
    refused=[
        Refusal({"others": {"type": "array", "maxItems": 0}}, "`others` names no level", "name them"),
        Refusal(
            {"margin": {"maximum": 0}},
            "that nobody wins cannot be shown at a margin of {margin}",
            "write the advantage that would still be too small to matter, above zero",
        ),
    ],
)
def no_winner(
    results: Results,
    *,
    axis: Across = None,
    reference: Level,
    others: Levels,
    margin: Annotated[
        float,
        Field(description="the advantage that is too small to matter, in the metric's unit; above zero."),
    ],
    better: Annotated[
        Literal["higher", "lower"],
        Field(description="whether a higher value of the metric is the better one."),
    ] = "higher",
    design: Directed,
) -> Outcome:
    """No level of several is better than a reference by a margin: no method beats empirical risk
    minimisation.

    That no difference was found is no evidence that there is none; this is. A test of non-superiority for
    each of the others: the null is that its advantage over the reference is
    `margin` or more. The claim holds only if every null is rejected, each at alpha
    (`heldout.runtime.evidence.all_of`): intersection-union, so that one winner that is left out is enough to
    make it wrong. It is contradicted where one of them is better than the reference by more than the margin,
    at alpha over the number of the others. Piaggio et al. 2012, "Reporting of Noninferiority and Equivalence
    Randomized Trials" (JAMA 308), on margins; Berger 1982 on the joint test.
    Differs from the papers: nothing.

    Args:
        reference: the level that nobody beats.
        others: the levels that do not.

    Returns:
        supported where every advantage lies under the margin, contradicted where one lies above it.

    Raises:
        ValueError: no other level, the reference among the others, a margin that is not positive, or an axis
            or a level that the metric does not have.
    """
    if margin <= 0:
        raise ValueError(f"an advantage that is too small to matter is above zero, got {plain(margin)}")
    return against_each(
        results,
        design,
        axis,
        reference,
        others,
        greater=better == "higher",
        margin=-margin,
        named_by="others",
        hold=f"levels are no better than {side_text(reference)} by {plain(margin)}",
    )
