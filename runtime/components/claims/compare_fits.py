"""compare-fits: the exponent, slope or curvature of a curve is larger at one level than at another."""

from collections.abc import Sequence
from typing import Annotated, Any, get_args

from heldout.runtime.claim import AxisName, LevelOf, Part, claim
from heldout.runtime.components.claims.contract import Along, By, Design, Directed, Margin, Scale
from heldout.runtime.evidence.curve_levels import needed_levels, scale_of
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.places import places
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.results.level_fields import LevelField, field_name
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.curves import PARAMETER, Form
from heldout.runtime.statistics.fitted_curves import fitted_values, parameters_of

AxisOfSides = Annotated[str, AxisName(), Part.COMPARED]
LevelOfSides = Annotated[Any, LevelOf("across")]
LEVELS_OF_FORMS = tuple(needed for form in get_args(Form) for needed in needed_levels(form))


@claim(decided_by=OVER_UNITS, levels=LEVELS_OF_FORMS)
def compare_fits(
    results: Results,
    *,
    axis: Along,
    by: By = None,
    curve: Form,
    across: AxisOfSides,
    greater: LevelOfSides,
    less: LevelOfSides,
    margin: Margin = 0.0,
    scale: Scale = "value",
    design: Directed,
) -> Outcome:
    """A curve along an axis has a larger exponent, slope or curvature at one level than at another.

    Each combination of the levels of `pair` is fitted at either level, as `fit` does it, and gives one
    difference of two exponents (slopes, curvatures); the effect is their centre. Exponents of a loss that
    falls are negative: the one that falls faster is the smaller.

    Args:
        axis: along which the curves are fitted.
        curve: their form.
        across: the axis whose two levels are compared.
        greater: the level with the larger exponent, slope or curvature.
        less: the level with the smaller one.
        margin: the difference that must be exceeded, in the unit of the exponent, slope or curvature.
        scale: of the axis in `linear` and `quadratic`: the levels' own numbers, their natural logarithms, or
            their ranks 0, 1, 2, …

    Returns:
        supported where the difference exceeds the margin, contradicted where it falls short of it.

    Raises:
        ValueError: too few levels, levels or values without a logarithm, an exponent that is not identified,
            or an axis or a level that the metric lacks.
    """
    differences, oracle = fitted_differences(results, design, axis, by, curve, scale, across, [greater, less])
    return design.outcome(
        differences,
        subject=f"{level_text(greater)} minus {level_text(less)}, {of_fit(design, axis, by, curve)}",
        noun="differences of fits",
        null=margin,
        oracle=oracle,
    )


def fitted_differences(
    results: Results,
    design: Design,
    axis: str,
    by: LevelField | None,
    curve: Form,
    scale: Scale,
    across: str,
    sides: Sequence[Any],
) -> tuple[Observations, bool]:
    """What is fitted at one level less that at another, by pair; and whether a cell is an oracle's."""
    cells = design.cells(results, across, axis)
    known = cells.axes[-2]
    cells = cells.take(across, [known.index(side) for side in sides])
    along = places(cells.axes[-1], scale_of(curve, scale), by)
    found, terms = parameters_of(curve, along, fitted_values(curve, cells.values))
    exists = cells.exists.any(axis=(-2, -1))
    observations = design.observations(cells.axes[:-2], found[..., 0] - found[..., 1], exists, terms)
    return observations, bool(cells.oracle.any())


def of_fit(design: Design, axis: str, by: LevelField | None, curve: Form) -> str:
    """What is fitted, in words."""
    return f"{PARAMETER[curve]} of {design.metric_name} over {axis if by is None else field_name(by)}"
