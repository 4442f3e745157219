"""order: a metric rises at every step through a list of levels."""

from itertools import pairwise

from heldout.runtime.claim import Refusal, claim
from heldout.runtime.components.claims.compare import compare
from heldout.runtime.components.claims.contract import Across, Directed, Levels, Margin
from heldout.runtime.evidence.all_of import weakest_of
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.evidence.sides import side_text
from heldout.runtime.results.results import Results


@claim(
    decided_by=OVER_UNITS,
    refused=[
        Refusal({"levels": {"type": "array", "maxItems": 1}}, "an order has two levels or more", "name them")
    ],
)
def order(
    results: Results, *, axis: Across = None, levels: Levels, margin: Margin = 0.0, design: Directed
) -> Outcome:
    """A metric is in this order: smallest at the first level, greatest at the last.

    Each level is compared with the one before it, as the claim type `compare` does.
    The order holds only if every step does (`heldout.runtime.evidence.all_of`); the effect is that of the
    weakest step.

    Args:
        axis: whose levels are put in order; left out where `levels` are cells of several axes.
        levels: from the smallest value to the greatest.
        margin: the difference that every step must exceed, in the metric's unit.

    Returns:
        supported where every step exceeds the margin, contradicted where one falls short of it.

    Raises:
        ValueError: fewer than two levels, or an axis or a level that the metric does not have.
    """
    if len(levels) < 2:
        raise ValueError(f"an order needs two levels, got {len(levels)}")
    steps = [
        compare(
            results,
            axis=axis,
            greater=upper,
            less=lower,
            margin=margin,
            design=design,
        )
        for lower, upper in pairwise(levels)
    ]
    return weakest_of(
        steps,
        f"steps of {' < '.join(side_text(level) for level in levels)} go up",
        "Every step is tested; the order is as certain as its least certain step.",
    )
