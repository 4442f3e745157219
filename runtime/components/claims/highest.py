"""highest: a metric is greater at one level of an axis than at each of several others."""

from collections.abc import Sequence
from typing import Any

from heldout.runtime.claim import Refusal, claim
from heldout.runtime.components.claims.compare import compare
from heldout.runtime.components.claims.contract import Across, Directed, Level, Levels, Margin
from heldout.runtime.evidence.all_of import weakest_of
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.evidence.sides import side_text
from heldout.runtime.results.results import Results


@claim(
    decided_by=OVER_UNITS,
    refused=[Refusal({"than": {"type": "array", "maxItems": 0}}, "`than` names no level", "name the others")],
)
def highest(
    results: Results,
    *,
    axis: Across = None,
    level: Level,
    than: Levels,
    margin: Margin = 0.0,
    design: Directed,
) -> Outcome:
    """A metric is greater at one level than at each of some others: a method beats all its baselines.

    The level is compared with each of the others, as the claim type `compare` does. The claim holds
    only if every comparison does (`heldout.runtime.evidence.all_of`), so that it costs no more of alpha than
    one comparison; the effect is that of the weakest.

    Args:
        level: the one with the greatest value.
        than: the others.
        margin: the difference that every comparison must exceed, in the metric's unit.

    Returns:
        supported where every difference exceeds the margin, contradicted where one falls short of it.

    Raises:
        ValueError: no other level, the level itself among the others, or an axis or a level that the
            metric does not have.
    """
    return against_each(
        results,
        design,
        axis,
        level,
        than,
        greater=True,
        margin=margin,
        named_by="than",
        hold=f"levels that {side_text(level)} is compared with are lower",
    )


def against_each(
    results: Results,
    design: Directed,
    axis: str | None,
    level: Any,
    others: Sequence[Any],
    *,
    greater: bool,
    margin: float,
    named_by: str,
    hold: str,
) -> Outcome:
    """Compare a level with each of the others, as the claim type `compare` does.

    All comparisons must hold (`heldout.runtime.evidence.all_of`), so that they cost no more of alpha than
    one; the effect is that of the weakest.

    Args:
        greater: the level is the greater side of each comparison, else the smaller one.
        margin: what every difference must exceed.
        named_by: the parameter that names the others.
        hold: what the others do where their comparisons hold, in words: `levels are lower`.

    Raises:
        ValueError: no other level, the level itself among the others, or an axis or a level that the metric
            does not have.
    """
    if not others or level in others:
        named = ", ".join(map(side_text, others)) or "none"
        raise ValueError(f"`{named_by}` must name other levels than {side_text(level)}, got {named}")
    pairs = [(level, other) if greater else (other, level) for other in others]
    return weakest_of(
        [
            compare(results, axis=axis, greater=more, less=less, margin=margin, design=design)
            for more, less in pairs
        ],
        hold,
        "Every comparison is tested; the claim is as certain as its least certain one.",
    )
