"""How far the tests over units reach, for claims about one centre."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from heldout.runtime.claim import Detectable, Reach, Sought
from heldout.runtime.statistics.detectable import detectable_shift
from heldout.runtime.statistics.over_units import UnitTest
from heldout.runtime.statistics.sign_flip import smallest_sign_flip_p
from heldout.runtime.statistics.student import smallest_t_p

SMALLEST_P: Mapping[UnitTest, Callable[[int], float]] = {"sign-flip": smallest_sign_flip_p, "t": smallest_t_p}


def _shift(test: UnitTest, within: bool) -> Detectable:
    def detectable(sought: Sought, parameters: Mapping[str, Any]) -> float | None:
        return detectable_shift(sought.num_units, sought.alpha, test, within=within, power=sought.power)

    return detectable


# How far the tests over units reach: against one edge, the same of ratios, and against both edges of a
# margin.
OVER_UNITS = tuple(
    Reach(smallest, when={"test": test}, measure="difference", detectable=_shift(test, within=False))
    for test, smallest in SMALLEST_P.items()
)
RELATIVE = tuple(replace(one, measure="gain") for one in OVER_UNITS)
# Of an effect that does not move as the values do, such as a share of variance: it is not simulated.
STANDING = tuple(replace(one, counts=True) for one in OVER_UNITS)
WITHIN_MARGIN = tuple(
    Reach(smallest, when={"test": test}, measure="margin", detectable=_shift(test, within=True))
    for test, smallest in SMALLEST_P.items()
)
