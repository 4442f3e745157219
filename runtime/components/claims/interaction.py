"""interaction: a difference between two levels is larger in one place than in another."""

from typing import Annotated, Any

from heldout.runtime.claim import AxisName, LevelOf, Part, claim
from heldout.runtime.components.claims.contract import Along, Directed, Level, Margin
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.results import Results


@claim(decided_by=OVER_UNITS)
def interaction(
    results: Results,
    *,
    axis: Along,
    greater: Level,
    less: Level,
    by: Annotated[str, AxisName(), Part.COMPARED],
    larger: Annotated[Any, LevelOf("by")],
    smaller: Annotated[Any, LevelOf("by")],
    margin: Margin = 0.0,
    design: Directed,
) -> Outcome:
    """The gain from one level of an axis to another is larger at one level of a second axis.

    The effect is a difference of differences: `greater` minus `less` at `larger`, less the same at
    `smaller`. Each combination of the levels of `pair` gives one, from four cells. It is no ratio:
    where the metric saturates, a gain near its end is smaller for that reason alone.

    Args:
        axis: along which the gain is measured.
        greater: the level with the greater value.
        less: the level with the smaller value.
        by: along which the gain changes.
        larger: the level of `by` at which the gain is larger.
        smaller: the level of `by` at which it is smaller.

    Returns:
        supported where the gain is larger by more than the margin, contradicted where it is not.

    Raises:
        ValueError: an axis or a level that the metric does not have.
    """
    grid = design.grid(results)
    rows = [grid.axes[grid.dimension(axis)].index(level) for level in (greater, less)]
    columns = [grid.axes[grid.dimension(by)].index(level) for level in (larger, smaller)]
    cells = grid.average_to([*design.pair, axis, by])
    exists = cells.exists[..., rows, :][..., columns]
    gains = cells.values[..., rows[0], :] - cells.values[..., rows[1], :]
    gain = f"{level_text(greater)} minus {level_text(less)}"
    places = f"{by} {level_text(larger)} than at {level_text(smaller)}"
    return design.outcome(
        design.observations(
            cells.axes[:-2],
            gains[..., columns[0]] - gains[..., columns[1]],
            exists.any(axis=(-2, -1)),
            cells.values,
        ),
        subject=f"{gain}, how much larger at {places}, {design.metric_name}",
        noun="differences of differences",
        null=margin,
        oracle=bool(cells.oracle[..., rows, :][..., columns].any()),
        in_unit=True,
    )
