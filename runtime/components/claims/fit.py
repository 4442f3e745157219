"""fit: a curve over a numeric axis has the claimed exponent, slope, curvature or turning point."""

from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from heldout.runtime.claim import GIVEN, LEFT_OUT, FewestLevels, Levels, Refusal, claim
from heldout.runtime.components.claims._curves import bent_slopes, coefficient_terms, goodness_words
from heldout.runtime.components.claims.contract import Above, Along, Below, By, Directed, Scale
from heldout.runtime.components.claims.trend import places
from heldout.runtime.evidence.all_of import all_of, within_edges
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.results.level_fields import field_name, field_values
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.curves import PARAMETER, Curve, basis, coefficients, fewest_levels

TURNING = {"enum": ["inverted-u", "u"]}
NOT_TURNING = {"not": TURNING}


PLACED: dict[Scale, Levels] = {"value": "numbers", "log": "above zero", "rank": "any"}


def _needed(curve: Curve) -> list[FewestLevels]:
    """The levels that a curve needs: one of a logarithm above zero, whatever the scale."""
    fewest = fewest_levels(curve)
    if curve in ("power-law", "log-linear"):
        return [FewestLevels("axis", fewest, {"curve": curve}, "above zero")]
    return [
        FewestLevels("axis", fewest, {"curve": curve, "scale": scale}, are) for scale, are in PLACED.items()
    ]


@claim(
    decided_by=OVER_UNITS,
    levels=[needed for curve in get_args(Curve) for needed in _needed(curve)],
    refused=[
        *(
            Refusal(
                {"curve": TURNING, bound: GIVEN},
                "`{curve}` has no `above` or `below`",
                "write `between: [LOW, HIGH]`, or neither",
            )
            for bound in ("above", "below")
        ),
        Refusal(
            {"curve": NOT_TURNING, "between": GIVEN},
            "`{curve}` has no turning point",
            "write `above` and `below` in place of `between`",
        ),
        Refusal(
            {"curve": NOT_TURNING, "above": LEFT_OUT, "below": LEFT_OUT},
            "`{claim}` claims nothing of its {curve}",
            "write `above` or `below`, or both",
        ),
    ],
)
def fit(
    results: Results,
    *,
    axis: Along,
    by: By = None,
    curve: Curve,
    above: Above = None,
    below: Below = None,
    between: list[float] | None = None,
    scale: Scale = "value",
    design: Directed,
) -> Outcome:
    """A curve fitted over a numeric axis bends or falls as claimed.

    Each combination of the levels of `pair` is fitted by least squares over all levels of the axis,
    and what is claimed is tested over the fits:

    - `power-law`, metric = a x^b, fitted as log metric = log a + b log x: the exponent b.
    - `log-linear`, metric = a + b ln x: the slope b.
    - `quadratic`, metric = a + b x + c x^2: the curvature c.
    - `inverted-u` and `u`: that the turning point lies inside. Lind & Mehlum 2010, "With or Without
      U? The Appropriate Test for a U-Shaped Relationship" (Oxford Bulletin of Economics and
      Statistics 72): the quadratic's slope rises at the first level and falls at the last, which
      takes both tests. A significant c alone does not show it.

    Differs from the paper: the slopes are tested over independent fits, by sign flips or t, in
    place of the covariance of one fit. The parameter has the interval of all effects, the goodness
    of fit (R^2 of the mean curve; of a power law that of the logarithms) a t interval with the error
    of a bootstrap of units, and the turning point Fieller's: the percentiles of a bootstrap of four
    units hold the truth in 75 to 91 % of studies in place of 95 %.

    Args:
        axis: over whose levels, which are numbers.
        curve: its form.
        above: the number that the exponent, slope or curvature exceeds.
        below: the number that it stays under; with both it lies between them.
        between: two places on the axis between which a `u` or `inverted-u` turns; without it, the
            first and the last level.
        scale: of the axis in `quadratic`, `inverted-u` and `u`: the levels' own numbers, their natural
            logarithms, or their ranks 0, 1, 2, …

    Returns:
        supported where the parameter lies on the claimed side, contradicted where on another.

    Raises:
        ValueError: bounds that the curve does not have, too few levels, levels or values without a
            logarithm, or an axis or a level that the metric lacks.
    """
    turns = curve in ("inverted-u", "u")
    wrong_bounds(curve, above, below, between)
    cells = design.cells(results, axis)
    scale = "log" if curve in ("power-law", "log-linear") else scale
    along = places(cells.axes[-1], scale, by)
    values = cells.values
    if curve == "power-law":
        if (values <= 0).any():
            raise ValueError(f"a power law needs values above zero, the smallest is {np.nanmin(values):g}")
        values = np.log(values)
    matrix = basis(curve, along)
    exists = cells.exists.any(axis=-1)
    fitted = coefficients(matrix, values)

    def tested(
        parameters: np.ndarray, terms: np.ndarray, name: str, null: float, direction: Literal[1, -1]
    ) -> Outcome:
        return design.outcome(
            design.observations(cells.axes[:-1], parameters, exists, terms),
            subject=f"{name} of {design.metric_name} over {axis if by is None else field_name(by)}",
            noun="fits",
            null=null,
            direction=direction,
            oracle=bool(cells.oracle.any()),
            symmetric=False,
        )

    if turns:
        ends = turning_range(between, along, scale)
        first, last = bent_slopes(fitted, along, ends)
        up: Literal[1, -1] = 1 if curve == "inverted-u" else -1
        named = cells.axes[-1].levels if by is None else sorted(field_values(by, cells.axes[-1]))
        start, end = (plain(one) for one in (between or (named[0], named[-1])))
        first_terms, last_terms = bent_slopes(coefficient_terms(matrix, values), along, ends)
        parts = [
            tested(first, first_terms, f"slope at {start}", 0.0, up),
            tested(last, last_terms, f"slope at {end}", 0.0, -1 if up > 0 else 1),
        ]
    else:
        sided: tuple[tuple[float | None, Literal[1, -1]], ...] = ((above, 1), (below, -1))
        terms = coefficient_terms(matrix, values)[..., -1]
        parts = [
            tested(fitted[..., -1], terms, PARAMETER[curve], null, direction)
            for null, direction in sided
            if null is not None
        ]
    if parts[0].untested:
        return parts[0]
    weakest = max(parts, key=lambda part: part.p_claimed)
    whole = parts[0]
    if len(parts) > 1:
        whole = all_of(parts, weakest)
    if len(parts) > 1 and not turns:
        whole = replace(whole, ends=within_edges(*parts), direction=0)
    words = goodness_words(
        design.observations(cells.axes[:-1], fitted[..., -1], exists),
        values,
        matrix,
        along,
        scale,
        turns,
    )
    return replace(whole, finding=f"{whole.finding} {words}")


def wrong_bounds(curve: Curve, above: float | None, below: float | None, between: list[float] | None) -> None:
    """Refuse bounds that a curve does not have."""
    if curve in ("inverted-u", "u"):
        if above is not None or below is not None:
            raise ValueError(f"`{curve}` turns `between` two places, it has no `above` or `below`")
        if between is not None and (len(between) != 2 or between[0] >= between[1]):
            raise ValueError(f"`between` is a smaller and a larger number, got {between}")
        return
    if between is not None:
        raise ValueError(f"`{curve}` has no turning point: write `above` and `below`, not `between`")
    if above is None and below is None:
        raise ValueError(f"a fit claims something of its {PARAMETER[curve]}: write `above` or `below`")
    if above is not None and below is not None and above >= below:
        raise ValueError(f"nothing is above {plain(above)} and below {plain(below)}")


def turning_range(between: list[float] | None, along: np.ndarray, scale: Scale) -> tuple[float, float]:
    """Where a curve has to turn, on the scale of the fit."""
    if between is None:
        return float(along.min()), float(along.max())
    if scale == "log":
        if between[0] <= 0:
            raise ValueError(f"{plain(between[0])} has no logarithm")
        return float(np.log(between[0])), float(np.log(between[1]))
    return between[0], between[1]
