"""interaction: a difference between two levels, or cells, is larger in one place than in another."""

from typing import Annotated, Any

from pydantic import Field

from heldout.runtime.claim import AxisName, LevelOf, Part, claim
from heldout.runtime.components.claims.contract import Across, Directed, Level, Margin
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.evidence.sides import side_text, sides_at_places
from heldout.runtime.results.results import Results

Place = Annotated[Any, LevelOf("by")]


@claim(decided_by=OVER_UNITS)
def interaction(
    results: Results,
    *,
    axis: Across = None,
    greater: Level,
    less: Level,
    by: Annotated[
        str | None,
        AxisName(),
        Part.COMPARED,
        Field(
            description="along which the gain changes: an axis, `step` or `group`; left out where `larger` "
            "and `smaller` are cells, which name a level of each of several axes."
        ),
    ] = None,
    larger: Place,
    smaller: Place,
    margin: Margin = 0.0,
    design: Directed,
) -> Outcome:
    """The gain from one level of an axis to another is larger at one level of a second axis.

    The effect is a difference of differences: `greater` minus `less` at `larger`, less the same at
    `smaller`. Each combination of the levels of `pair` gives one, from four cells. It is no ratio:
    where the metric saturates, a gain near its end is smaller for that reason alone. Either pair of levels
    may be cells of several axes; no axis tells both apart. Axes that are named nowhere are averaged over
    first.

    Args:
        greater: the level, or cell, with the greater value.
        less: the one with the smaller value.
        larger: the level of `by`, or the cell, at which the gain is larger.
        smaller: the one at which it is smaller.

    Returns:
        supported where the gain is larger by more than the margin, contradicted where it is not.

    Raises:
        ValueError: an axis on both sides, or an axis or a level that the metric does not have.
    """
    cells = sides_at_places(design.grid(results), design.pair, axis, [greater, less], by, [larger, smaller])
    at_larger, at_smaller = (cells.difference(first, first + 1)[0] for first in (0, 2))
    where = f"{side_text(larger)} than at {side_text(smaller)}"
    return design.outcome(
        design.observations(cells.axes, at_larger - at_smaller, cells.exists.any(axis=-1), cells.terms),
        subject=f"{side_text(greater)} minus {side_text(less)}, how much larger at"
        f" {where if by is None else f'{by} {where}'}, {design.metric_name}",
        noun="differences of differences",
        null=margin,
        oracle=cells.oracle,
        in_unit=True,
    )
