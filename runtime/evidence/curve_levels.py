"""The levels that a curve needs, and the scale that it is fitted along."""

from collections.abc import Mapping
from typing import Literal

from heldout.runtime.claim import FewestLevels, Levels
from heldout.runtime.statistics.curves import fewest_levels
from heldout.runtime.statistics.fitted_curves import LOGARITHMIC, FittedCurve

Scale = Literal["value", "log", "rank"]
PLACED: Mapping[Scale, Levels] = {"value": "numbers", "log": "above zero", "rank": "any"}


def needed_levels(curve: FittedCurve, parameter: str = "curve", more: int = 0) -> list[FewestLevels]:
    """The levels that a curve needs: one of a logarithm above zero, whatever the scale.

    Args:
        parameter: that names the curve.
        more: levels than a fit needs.
    """
    fewest = fewest_levels(curve) + more
    if curve in LOGARITHMIC:
        return [FewestLevels("axis", fewest, {parameter: curve}, "above zero")]
    return [
        FewestLevels("axis", fewest, {parameter: curve, "scale": scale}, are) for scale, are in PLACED.items()
    ]


def scale_of(curve: FittedCurve, scale: Scale) -> Scale:
    """The scale along which a curve is fitted."""
    return "log" if curve in LOGARITHMIC else scale
