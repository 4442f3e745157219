"""within: a metric, or a difference of two levels, lies between two bounds."""

from typing import Annotated, Any

from pydantic import Field

from heldout.runtime.claim import GIVEN, LEFT_OUT, LevelOf, Part, Refusal, claim
from heldout.runtime.components.claims.compare import paired_differences
from heldout.runtime.components.claims.contract import Across, Design
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import WITHIN_MARGIN
from heldout.runtime.evidence.sides import side_text
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results

MaybeLevel = Annotated[Any | None, LevelOf("axis")]


@claim(
    decided_by=WITHIN_MARGIN,
    refused=[
        Refusal(
            {one: GIVEN, other: LEFT_OUT},
            f"`{{claim}}` has a `{one}` and no `{other}`",
            "write both, for their difference, or none, for the metric itself",
        )
        for one, other in (("level", "reference"), ("reference", "level"))
    ]
    + [
        Refusal(
            {"axis": GIVEN, "level": LEFT_OUT, "reference": LEFT_OUT},
            "`{claim}` has the axis `{axis}`, and no levels of it",
            "write `level` and `reference`, or leave `axis` out for the metric itself",
        )
    ],
)
def within(
    results: Results,
    *,
    axis: Across = None,
    level: MaybeLevel = None,
    reference: MaybeLevel = None,
    above: Annotated[float, Part.ABOVE, Field(description="the lower bound, in the metric's unit.")],
    below: Annotated[float, Part.BELOW, Field(description="the upper bound, in the metric's unit.")],
    design: Design,
) -> Outcome:
    """A difference of two levels, or a metric itself, lies between two bounds, which need not be symmetric.

    Two one-sided tests, one at each bound (`heldout.runtime.evidence.equivalence`); `equivalent` and
    `at-chance` are the case of bounds that lie as far on either side. With `level` and `reference` it is
    about their paired differences, as the claim type `compare` makes them; without, about the metric by
    `pair`.

    Args:
        level: the level that is held against the reference.
        reference: the level whose value is subtracted.

    Returns:
        supported where the effect lies between the bounds, contradicted where it lies outside.

    Raises:
        ValueError: bounds that nothing lies between, one level without the other, or an axis or a level that
            the metric lacks.
    """
    if above >= below:
        raise ValueError(f"nothing is above {plain(above)} and below {plain(below)}")
    if (level is None) != (reference is None):
        raise ValueError("a difference is of `level` and `reference`, and one of them is not written")
    if level is None:
        cells = design.cells(results)
        observations, oracle = (
            design.observations(cells.axes, cells.values, cells.exists),
            bool(cells.oracle.any()),
        )
        subject, noun = design.metric_name, "values"
    else:
        observations, oracle = paired_differences(results, design, axis, level, reference)
        subject = f"{side_text(level)} minus {side_text(reference)}, {design.metric_name}"
        noun = "paired differences"
    return design.equivalence(
        observations,
        subject=subject,
        noun=noun,
        middle=(above + below) / 2,
        margin=(below - above) / 2,
        words=f"between {plain(above)} and {plain(below)}",
        oracle=oracle,
        symmetric=level is not None,
        in_unit=True,
    )
