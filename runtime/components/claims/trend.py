"""trend: a metric rises, or falls, along an axis."""

from typing import Literal

import numpy as np

from heldout.runtime.claim import FewestLevels, claim
from heldout.runtime.components.claims.contract import Along, By, Directed, Margin, Scale
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.places import places
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.results.level_fields import field_name
from heldout.runtime.results.results import Results


@claim(
    decided_by=OVER_UNITS,
    levels=[
        FewestLevels(of="axis", fewest=2, when={"scale": "rank"}),
        FewestLevels(of="axis", fewest=2, when={"scale": "value"}, are="numbers"),
        FewestLevels(of="axis", fewest=2, when={"scale": "log"}, are="above zero"),
    ],
)
def trend(
    results: Results,
    *,
    axis: Along,
    by: By = None,
    direction: Literal["increasing", "decreasing"],
    scale: Scale = "value",
    margin: Margin = 0.0,
    design: Directed,
) -> Outcome:
    """A metric increases, or decreases, along an axis.

    Each combination of the levels of `pair` gives one least-squares slope over all levels of the
    axis; the slopes are tested by flipping signs. A slope says that the metric rises on the whole;
    that it rises at every step is the claim type `order`. Axes that are named neither in `pair`,
    `axis` nor `where` are averaged over first.

    Args:
        axis: along which; its levels in the study's order.
        direction: increasing or decreasing.
        margin: the steepness that must be exceeded, in the metric's unit per unit of the scale.

    Returns:
        supported where the slope is steeper than the margin in the claimed direction, contradicted
        where it is not.

    Raises:
        ValueError: fewer than two levels, levels that the scale cannot place, or an axis or a level
            that the metric lacks.
    """
    cells = design.cells(results, axis)
    along = places(cells.axes[-1], scale, by)
    exists = cells.exists.any(axis=-1)
    sign: Literal[1, -1] = 1 if direction == "increasing" else -1
    name = axis if by is None else field_name(by)
    unit = {"value": name, "log": f"log {name}", "rank": f"{'level' if by is None else 'rank'} of {name}"}[
        scale
    ]
    return design.outcome(
        design.observations(
            cells.axes[:-1], slopes(along, cells.values), exists, slope_terms(along, cells.values)
        ),
        subject=f"change of {design.metric_name} per unit of {unit}",
        noun="slopes",
        null=sign * margin,
        direction=sign,
        oracle=bool(cells.oracle.any()),
        symmetric=False,
    )


def slopes(along: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Least-squares slopes over the last dimension; NaN where any value is.

    Args:
        along: [num_levels].
        values: [..., num_levels].
    """
    found: np.ndarray = values @ slope_weights(along)
    return found


def slope_terms(along: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The numbers that slopes are sums of, [..., num_levels]."""
    terms: np.ndarray = values * slope_weights(along)
    return terms


def slope_weights(along: np.ndarray) -> np.ndarray:
    """What the values at each place are multiplied by in a least-squares slope, [num_levels]."""
    centred = along - along.mean()
    weights: np.ndarray = centred / (centred @ centred)
    return weights
