"""equivalent-fits: curves at two levels have the same exponent, slope or curvature, up to a margin."""

from heldout.runtime.claim import claim
from heldout.runtime.components.claims.compare_fits import (
    LEVELS_OF_FORMS,
    AxisOfSides,
    LevelOfSides,
    fitted_differences,
    of_fit,
)
from heldout.runtime.components.claims.contract import NO_MARGIN, Along, By, Design, Scale, Tolerance
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import WITHIN_MARGIN
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.curves import Form


@claim(decided_by=WITHIN_MARGIN, levels=LEVELS_OF_FORMS, refused=[NO_MARGIN])
def equivalent_fits(
    results: Results,
    *,
    axis: Along,
    by: By = None,
    curve: Form,
    across: AxisOfSides,
    level: LevelOfSides,
    reference: LevelOfSides,
    margin: Tolerance,
    scale: Scale = "value",
    design: Design,
) -> Outcome:
    """Curves along an axis have the same exponent, slope or curvature at two levels, up to a margin.

    As `compare-fits` fits them, tested against both edges of the margin as `equivalent` is: that no
    difference was found does not support it.

    Args:
        axis: along which the curves are fitted.
        curve: their form.
        across: the axis whose two levels are compared.
        level: the level that is the same as the other.
        reference: the level that it is held against.
        margin: the difference that is too small to matter, in the unit of the exponent, slope or curvature;
            above zero.
        scale: of the axis in `linear` and `quadratic`: the levels' own numbers, their natural logarithms, or
            their ranks 0, 1, 2, …

    Returns:
        supported where the difference lies within the margin, contradicted where it lies beyond.

    Raises:
        ValueError: a margin that is not above zero, too few levels, levels or values without a logarithm, an
            exponent that is not identified, or an axis or a level that the metric lacks.
    """
    differences, oracle = fitted_differences(
        results, design, axis, by, curve, scale, across, [level, reference]
    )
    return design.equivalence(
        differences,
        subject=f"{level_text(level)} minus {level_text(reference)}, {of_fit(design, axis, by, curve)}",
        noun="differences of fits",
        middle=0.0,
        margin=margin,
        oracle=oracle,
    )
