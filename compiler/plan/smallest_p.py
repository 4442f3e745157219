"""How small the p-value of a claim's test can get, by the rule that the claim's kind declares."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from heldout.compiler.plan.design import Design

MOST_UNITS = 64  # a hint that asks for more would help nobody


@dataclass(frozen=True)
class Reach:
    """How far a claim's test can reach.

    Attributes:
        count: of its units.
        units: what they are, in the plural.
        smallest: the smallest p-value by the number of units.
    """

    count: int
    units: str
    smallest: Callable[[int], float]

    @property
    def p(self) -> float:
        return self.smallest(self.count)

    def counted(self, count: int) -> str:
        """So many units, in words."""
        return f"{count} {self.units if count != 1 else self.units.replace('pairs', 'pair')}"

    def enough(self, good: Callable[[float], bool]) -> int | None:
        """The fewest units from now on whose smallest p-value is good; None where none would do."""
        return next((n for n in range(self.count, MOST_UNITS) if good(self.smallest(n))), None)


def reach_of(rule: str | None, parameters: Mapping[str, Any], design: Design) -> Reach:
    """The reach of a claim; one without a rule can always get to zero."""
    return RULES.get(str(rule), _no_rule)(parameters, design)


def _no_rule(parameters: Mapping[str, Any], design: Design) -> Reach:
    return Reach(len(design.found), "pairs", lambda _: 0.0)


def _sign_flip(parameters: Mapping[str, Any], design: Design) -> Reach:
    """Of n independent units no sign-flip test gives a p-value below 2^-n; a t test needs two."""
    cluster, sides = parameters.get("cluster"), _sides(parameters)
    units = f"levels of `{cluster}`" if cluster in design.shared else "pairs"
    if parameters.get("test") == "t":
        return Reach(design.units(cluster), units, lambda n: 0.0 if n >= 2 else 1.0)
    return Reach(design.units(cluster), units, lambda n: min(1.0, sides * 2.0**-n))


def _permutation(parameters: Mapping[str, Any], design: Design) -> Reach:
    """Of n levels there are n! orders; Fisher's transformation needs four, and of Kendall's tau five."""
    sides, test = _sides(parameters), parameters.get("test")
    if test in ("sign-flip", "t"):
        return _sign_flip(parameters, design)
    axis = str(parameters["axis"])
    count, units = design.levels(axis), f"levels of `{axis}`"
    if test == "fisher":
        fewest = 5 if parameters.get("coefficient") == "kendall" else 4
        return Reach(count, units, lambda n: 0.0 if n >= fewest else 1.0)
    return Reach(count, units, lambda n: min(1.0, sides / math.factorial(n)))


def _sides(parameters: Mapping[str, Any]) -> int:
    return 2 if parameters.get("sides") == "two" else 1


RULES: Mapping[str, Callable[[Mapping[str, Any], Design], Reach]] = {
    "sign-flip": _sign_flip,
    "equivalence": _sign_flip,
    "fit": _sign_flip,
    "permutation": _permutation,
}


def holm(p_values: list[float]) -> list[float]:
    """P-values after Holm's correction, as `heldout.runtime.machine.verdicts.verdicts` makes them."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted
