"""compare: one level of an axis scores higher than another."""

from typing import Any

from heldout.runtime.claim import claim
from heldout.runtime.components.claims.contract import Across, Design, Directed, Level, Margin
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.evidence.sides import side_text, sides
from heldout.runtime.results.results import Results


@claim(decided_by=OVER_UNITS)
def compare(
    results: Results,
    *,
    axis: Across = None,
    greater: Level,
    less: Level,
    margin: Margin = 0.0,
    design: Directed,
) -> Outcome:
    """A metric is greater at one level of an axis, or in one cell, than at another, by more than a margin.

    Each pair is two cells that share every level of `pair`; the effect is the centre of their
    differences, tested by flipping signs unless `test` says otherwise
    (`heldout.runtime.statistics.sign_flip` says what is exchangeable).
    Axes that are named neither in `pair`, `axis` nor `where` are averaged over first, within
    each side of a pair.

    Args:
        greater: the level with the greater value.
        less: the level with the smaller value; for a metric that is better when small, the better one.

    Returns:
        supported where the effect exceeds the margin, contradicted where it falls short of it.

    Raises:
        ValueError: an axis or a level that the metric does not have.
    """
    differences, oracle = paired_differences(results, design, axis, greater, less)
    return design.outcome(
        differences,
        subject=f"{side_text(greater)} minus {side_text(less)}, {design.metric_name}",
        noun="paired differences",
        null=margin,
        oracle=oracle,
        in_unit=True,
    )


def paired_differences(
    results: Results, design: Design, axis: str | None, upper: Any, lower: Any
) -> tuple[Observations, bool]:
    """The value at one level less that at another, by pair; and whether any of the cells is an oracle's."""
    both = sides(design.grid(results), design.pair, axis, [upper, lower])
    return design.observations(both.axes, *both.difference(0, 1), both.terms), both.oracle
