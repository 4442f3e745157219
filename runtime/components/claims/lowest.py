"""lowest: a metric is smaller at one level of an axis than at each of several others."""

from heldout.runtime.claim import Refusal, claim
from heldout.runtime.components.claims.contract import Across, Directed, Level, Levels, Margin
from heldout.runtime.components.claims.highest import against_each
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.evidence.sides import side_text
from heldout.runtime.results.results import Results


@claim(
    decided_by=OVER_UNITS,
    refused=[Refusal({"than": {"type": "array", "maxItems": 0}}, "`than` names no level", "name the others")],
)
def lowest(
    results: Results,
    *,
    axis: Across = None,
    level: Level,
    than: Levels,
    margin: Margin = 0.0,
    design: Directed,
) -> Outcome:
    """A metric is smaller at one level than at each of some others: a method has the least error of all.

    The mirror of the claim type `highest`: each of the others is compared with the level, and the claim holds
    only if every comparison does (`heldout.runtime.evidence.all_of`). The effect is by how much the nearest
    of the others lies above.

    Args:
        level: the one with the smallest value.
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
        greater=False,
        margin=margin,
        named_by="than",
        hold=f"levels that {side_text(level)} is compared with are higher",
    )
