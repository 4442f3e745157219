"""fit: a curve over a numeric axis has the claimed exponent, slope, curvature or turning point."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal, get_args

import numpy as np
from pydantic import Field

from heldout.runtime.claim import GIVEN, LEFT_OUT, Refusal, claim
from heldout.runtime.components.claims._curves import bent_slopes, goodness_words
from heldout.runtime.components.claims.contract import Above, Along, Below, By, Directed, Scale
from heldout.runtime.evidence.all_of import all_of, within_edges
from heldout.runtime.evidence.curve_levels import needed_levels, scale_of
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.places import places
from heldout.runtime.evidence.reach import OVER_UNITS, STANDING
from heldout.runtime.results.level_fields import field_name, field_values
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.curves import PARAMETER, basis, coefficients
from heldout.runtime.statistics.fitted_curves import (
    FittedCurve,
    coefficient_terms,
    explained,
    fitted_values,
    parameters_of,
    unvaried,
)

FLOOR = 1e-12  # of what a fit leaves unexplained
TURNING = {"enum": ["inverted-u", "u"]}
NOT_TURNING = {"not": TURNING}


@claim(
    decided_by=[*(replace(one, when={**one.when, "goodness": None}) for one in OVER_UNITS), *STANDING],
    levels=[needed for curve in get_args(FittedCurve) for needed in needed_levels(curve)],
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
            {"curve": NOT_TURNING, "above": LEFT_OUT, "below": LEFT_OUT, "goodness": LEFT_OUT},
            "`{claim}` claims nothing of its {curve}",
            "write `above` or `below`, or both, or `goodness`",
        ),
        Refusal(
            {"curve": TURNING, "goodness": GIVEN},
            "`{curve}` claims where a curve turns, and `goodness` how well it fits",
            "write `curve: quadratic` for its goodness, in a test of its own",
        ),
        *(
            Refusal(
                {"goodness": GIVEN, bound: GIVEN},
                f"`goodness` claims how well a curve fits, and `{bound}` what its parameter is",
                "leave one of them out, or claim both under `all`",
            )
            for bound in ("above", "below")
        ),
    ],
)
def fit(
    results: Results,
    *,
    axis: Along,
    by: By = None,
    curve: FittedCurve,
    above: Above = None,
    below: Below = None,
    between: list[float] | None = None,
    goodness: Annotated[float | None, Field(gt=0, lt=1)] = None,
    scale: Scale = "value",
    design: Directed,
) -> Outcome:
    """A curve fitted over a numeric axis bends or falls as claimed.

    Each combination of the levels of `pair` is fitted by least squares over all levels of the axis,
    and what is claimed is tested over the fits:

    - `linear`, metric = a + b x: the slope b.
    - `power-law`, metric = a x^b, fitted as log metric = log a + b log x: the exponent b.
    - `power-law-offset`, metric = a x^b + c, fitted on the metric's own scale: the exponent b. The claim
      is untested where a fit does not identify it, for a step or a constant fits as well.
    - `log-linear`, metric = a + b ln x: the slope b.
    - `quadratic`, metric = a + b x + c x^2: the curvature c.
    - `inverted-u` and `u`: that the turning point lies inside. Lind & Mehlum 2010, "With or Without
      U? The Appropriate Test for a U-Shaped Relationship" (Oxford Bulletin of Economics and
      Statistics 72): the quadratic's slope rises at the first level and falls at the last, which
      takes both tests. A significant c alone does not show it.

    Or, of any but these two, `goodness`: how much of the variance over levels each fit explains, R^2 (of
    a power law that of the logarithms), is tested against a number. R^2 is skewed where it is near 1, so
    that the test is of log(1 - R^2), and the effect 1 less the geometric mean of what is left. R^2 lies
    the nearer to 1 the more coefficients there are: that a form is better is `better-fit`'s question.

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
        goodness: the number that R^2 exceeds.
        between: two places on the axis between which a `u` or `inverted-u` turns; without it, the
            first and the last level.
        scale: of the axis in `linear`, `quadratic`, `inverted-u` and `u`: the levels' own numbers, their
            natural logarithms, or their ranks 0, 1, 2, …

    Returns:
        supported where the parameter lies on the claimed side, contradicted where on another.

    Raises:
        ValueError: bounds that the curve does not have, too few levels, levels or values without a
            logarithm, an exponent that is not identified, a goodness of curves that do not vary, or an axis
            or a level that the metric lacks.
    """
    turns = curve in ("inverted-u", "u")
    wrong_bounds(curve, above, below, between, goodness)
    cells = design.cells(results, axis)
    scale = scale_of(curve, scale)
    along = places(cells.axes[-1], scale, by)
    values = fitted_values(curve, cells.values)
    exists = cells.exists.any(axis=-1)

    def tested(
        parameters: np.ndarray,
        terms: np.ndarray,
        name: str,
        null: float,
        direction: Literal[1, -1],
        back: Callable[[float], float] | None = None,
    ) -> Outcome:
        return design.outcome(
            design.observations(cells.axes[:-1], parameters, exists, terms),
            subject=f"{name} of {design.metric_name} over {axis if by is None else field_name(by)}",
            noun="fits",
            null=null,
            direction=direction,
            null_words=f"above {plain(goodness)}" if goodness is not None else "",
            oracle=bool(cells.oracle.any()),
            symmetric=False,
            back=back,
        )

    if goodness is not None:
        flat, number = unvaried(values), int(np.isfinite(values).all(axis=-1).sum())
        if flat:
            raise ValueError(f"{flat} of {number} curves do not vary, so that a fit has nothing to explain")
        left = -np.log(np.maximum(1 - explained(curve, along, values), FLOOR))
        words = f"R² of {curve} fits, by the geometric mean of what they leave unexplained,"
        found = tested(left, left, words, -math.log(1 - goodness), 1, lambda told: -math.expm1(-told))
        parts = [replace(found, spread=None)]  # which is one of logarithms, and of no use to R^2
    elif turns:
        matrix = basis(curve, along)
        fitted = coefficients(matrix, values)
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
        fits, terms = parameters_of(curve, along, values)
        parts = [
            tested(fits, terms, PARAMETER[curve], null, direction)
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
        design.observations(cells.axes[:-1], values.mean(axis=-1), exists),
        values,
        curve,
        along,
        scale,
        turns,
    )
    return replace(whole, finding=f"{whole.finding} {words}")


def wrong_bounds(
    curve: FittedCurve,
    above: float | None,
    below: float | None,
    between: list[float] | None,
    goodness: float | None = None,
) -> None:
    """Refuse bounds that a curve does not have."""
    if goodness is not None:
        if curve in ("inverted-u", "u") or above is not None or below is not None or between is not None:
            raise ValueError("`goodness` is claimed alone, and of a curve that need not turn")
        return
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
