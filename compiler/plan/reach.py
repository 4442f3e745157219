"""How far a claim's test can reach with the units that it has, by what the claim's kind declares."""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from heldout.compiler.analysis.claims import ResolvedClaim
from heldout.compiler.analysis.row_keys import ROW_KEYS
from heldout.compiler.plan.design import Design, paired_axes, placed_by

MOST_UNITS = 64  # a hint that asks for more would help nobody


@dataclass(frozen=True)
class Reach:
    """How far a claim's test can reach.

    Attributes:
        count: of its units.
        units: what they are, in the plural.
        smallest_p: the smallest p-value by the number of units; the last is that of all further numbers.
        factor: that the claim's p-values are multiplied with, for the directions that share its alpha.
        of_units: of what is independent, and not of levels along which something is fit.
        spent: the share of alpha that the claim is decided by now; its p-values are divided by it.
    """

    count: int
    units: str
    smallest_p: tuple[float, ...]
    factor: int = 1
    of_units: bool = False
    spent: float = 1.0

    @property
    def p(self) -> float:
        return self.smallest(self.count)

    def smallest(self, count: int) -> float:
        """The smallest p-value of so many units, as it counts over all looks."""
        return min(1.0, self.own(count) / self.spent)

    def own(self, count: int) -> float:
        """That of the test itself."""
        return min(1.0, self.factor * self.smallest_p[min(count, len(self.smallest_p) - 1)])

    def counted(self, count: int) -> str:
        """So many units, in words."""
        one = re.sub("^(pair|level|point)s", r"\1", self.units)
        return f"{count} {one if count == 1 else self.units}"

    def enough(self, good: Callable[[float], bool]) -> int | None:
        """The fewest units from now on whose smallest p-value is good; None where none would do."""
        return next((n for n in range(self.count, MOST_UNITS) if good(self.smallest(n))), None)


def reach_of(claim: ResolvedClaim, design: Design) -> Reach:
    """The reach of a claim, of whose alpha a share is spent at the look at which its study stands."""
    return replace(_reach_of(claim, design), spent=claim.spent)


def _reach_of(claim: ResolvedClaim, design: Design) -> Reach:
    """The reach of a claim's test; one that declares none for its test can always get to zero.

    So can one whose units are steps or groups, or come in some: how many there are is not known yet.
    """
    sides = 2 if claim.part("sides") == "two" else 1
    declared = next((one for one in claim.component.decided.reaches if fits(claim, one.when)), None)
    cluster = claim.part("cluster")
    if declared is None:
        return Reach(len(design.found), "pairs", (0.0,))
    points = points_of(claim)
    along = [cluster] if cluster is not None else points or paired_axes(claim)
    if declared.over != "units" and not points:
        along = [str(claim.parameters[declared.over])]
    if any(axis in ROW_KEYS for axis in along):
        return Reach(len(design.found), "pairs", (0.0,))
    if points and cluster is None:
        return Reach(len(design.needed), f"points of {' and '.join(points)}", declared.smallest_p, sides)
    if points:
        return Reach(len(design.levels(cluster)), f"levels of `{cluster}`", declared.smallest_p, sides)
    if declared.over != "units":
        axis = str(claim.parameters[declared.over])
        levels, placed = design.levels(axis), placed_by(claim, declared.over)
        smallest_p = declared.smallest_p
        if declared.base:
            share = float(claim.parameters[declared.base] or 1)
            smallest_p = tuple(share**number for number in range(MOST_UNITS + 1))
        if placed is not None and declared.permutes:
            shared = Counter(placed["values"][level] for level in levels).values()
            smallest_p = _of_orders(shared, declared.smallest_p)
        return Reach(len(levels), f"levels of `{axis}`", smallest_p, sides)
    sides *= may_fail(claim, design, declared.partial)
    units = f"levels of `{cluster}`" if cluster in design.shared else "pairs"
    return Reach(design.units(cluster), units, declared.smallest_p, sides, True)


def points_of(claim: ResolvedClaim) -> tuple[str, ...]:
    """The axes of which every combination is a point that a claim's test is over; none where it is not."""
    declared = next((one for one in claim.component.decided.reaches if fits(claim, one.when)), None)
    over = claim.parameters.get(declared.over) if declared is not None else None
    return tuple(over) if isinstance(over, list) else ()


def may_fail(claim: ResolvedClaim, design: Design, partial: tuple[str, str] | None) -> int:
    """At how many levels of an axis a test may fail, and one."""
    if partial is None:
        return 1
    levels, count = (
        len(design.levels(str(claim.parameters[partial[0]]))),
        int(claim.parameters[partial[1]] or 1),
    )
    return max(1, levels - count + 1)


def weakest(tests: Sequence[tuple[ResolvedClaim, Reach]]) -> Sequence[tuple[ResolvedClaim, Reach]]:
    """Of a claim's tests the one that reaches least far, which decides how far the claim does."""
    return sorted(tests, key=lambda one: one[1].p)[-1:]


def _of_orders(shared: Collection[int], smallest_p: tuple[float, ...]) -> tuple[float, ...]:
    """The smallest p-values of a permutation by the number of levels: one in all orders that differ.

    Args:
        shared: how many levels stand at each place; any that come on top have a place each.
        smallest_p: of levels that have a place each.
    """
    count = sum(shared)
    same = math.prod(map(math.factorial, shared))
    more = range(count, max(count, MOST_UNITS) + 1)
    own = [smallest_p[min(number, len(smallest_p) - 1)] for number in more]
    orders = [same / math.factorial(number) for number in more]
    return (*[1.0] * count, *map(max, own, orders))


def fits(claim: ResolvedClaim, when: Mapping[str, Any]) -> bool:
    """Whether a claim's parameters have these values."""
    return all(claim.parameters.get(name) == value for name, value in when.items())
