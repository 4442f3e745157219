"""Looks: how much of alpha a claim spends at the size that its study has now, of those it is read at."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from heldout.compiler.analysis.levels import level_texts
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.study import Looks

if TYPE_CHECKING:
    from heldout.compiler.analysis.claims import ResolvedClaim

LEAST = 1e-9  # a level below it decides nothing
Spending = Callable[[float, float], float]


def obrien_fleming(share: float, alpha: float) -> float:
    """The part of alpha that is spent by the time a share of the study is there.

    Lan & DeMets 1983, "Discrete Sequential Boundaries for Clinical Trials" (Biometrika 70), section 3:
    2 - 2 Phi(z / sqrt(share)), z being the normal quantile of 1 - alpha / 2. Little is spent early, as by
    O'Brien and Fleming's boundaries.
    """
    z = -NormalDist().inv_cdf(alpha / 2)
    return math.erfc(z / math.sqrt(2 * share))  # erfc(x / sqrt(2)) is 2 - 2 Phi(x), and keeps small ones


def pocock(share: float, alpha: float) -> float:
    """The same, spent more evenly, as by Pocock's boundaries: alpha ln(1 + (e - 1) share).

    Lan & DeMets 1983, as above.
    """
    return alpha * math.log1p((math.e - 1) * share)


FUNCTIONS: Mapping[str, Spending] = {"obrien-fleming": obrien_fleming, "pocock": pocock}


@dataclass(frozen=True)
class Look:
    """Where a claim stands among its looks.

    Attributes:
        axis: whose levels are added.
        at: how many of them there are at each look.
        spending: the function by which alpha is spent.
        number: of this look, from 1.
    """

    axis: str
    at: tuple[int, ...]
    spending: str
    number: int

    def level(self, alpha: float) -> float:
        """What is spent at this look alone: the increment of the spending function.

        Each look is tested at its own increment, and these sum to alpha: by Bonferroni's inequality the
        claim is wrongly decided at one of them in alpha of studies at most, whatever its test is and
        however the looks depend on each other.
        """
        spent = [FUNCTIONS[self.spending](size / self.at[-1], alpha) for size in self.at[: self.number]]
        return spent[-1] - (spent[-2] if self.number > 1 else 0.0)

    def words(self, alpha: float) -> str:
        """`look 2 of 3 (5 of 10 levels of seed): 0.0123 of alpha 0.05 is spent here`."""
        size = f"{self.at[self.number - 1]} of {self.at[-1]} levels of {self.axis}"
        return (
            f"look {self.number} of {len(self.at)} ({size}): "
            f"{self.level(alpha):.3g} of alpha {alpha:g} is spent here"
        )

    def described(self, alpha: float) -> dict[str, Any]:
        """The same as the report reads it."""
        return {
            "axis": self.axis,
            "at": list(self.at),
            "number": self.number,
            "spending": self.spending,
            "alpha": alpha,
            "share": self.level(alpha) / alpha,
        }


def look_of(looks: Looks, size: int) -> Look | None:
    """The look at which a study of this size stands; None where it is read at no such size."""
    if size not in looks.at:
        return None
    return Look(str(looks.axis.value), looks.at, looks.spending, looks.at.index(size) + 1)


def size_of(scope: Scope, looks: Looks, test: "ResolvedClaim") -> int:
    """How many levels of the axis a test is about: all of them, or those that it is kept to."""
    axis = str(looks.axis.value)
    kept = [test.parameters[name] or {} for name in test.component.referring("where")]
    named = next((level_texts(where[axis]) for where in kept if axis in where), None)
    return len(named) if named is not None else len(scope.axes[axis].levels)


def looks_of(claims: "Iterable[ResolvedClaim]") -> list[dict[str, Any]]:
    """Where each claim stands that is read at several sizes, and what level is asked of it."""
    return [
        {"claim": one.name, **look.described(alpha), "words": look.words(alpha)}
        for one in claims
        if (look := one.look) is not None and (alpha := one.alpha) is not None
    ]


def check_looks(scope: Scope, reaches: Reaches, claim: "ResolvedClaim") -> Iterator[Diagnostic]:
    """A claim that is read at several sizes can be, and stands at one of them now. Changes nothing."""
    looks = claim.looks
    if looks is None:
        return
    name = str(looks.axis.value)
    for test in claim.tests:
        metric = test.part("metric")
        stage = metric["stage"] if isinstance(metric, dict) else None
        known = reaches.axes_of_stage(stage) if stage is not None else tuple(scope.axes)
        if name not in known:
            of = f"`{stage}` does not have the axis" if stage is not None else "no axis is called"
            message = f"{of} `{name}`, whose levels are to be added"
            yield Diagnostic("unknown-axis", message, looks.axis.span, nearest(name, known))
            return
        if test.part("alpha") is None:
            message = f"the kind of claim `{test.kind}` has no `alpha` that looks could spend"
            yield Diagnostic("wrong-value", message, looks.span, "leave `looks` out")
            return
        size = size_of(scope, looks, test)
        if size not in looks.at:
            planned = ", ".join(map(str, looks.at))
            message = (
                f"the claim `{claim.name}` is read at {planned} levels of `{name}`, and there are {size}"
            )
            later = next((one for one in looks.at if one > size), None)
            hint = f"give `{name}` {later} levels" if later else "a size that was not planned is not free"
            without = "claim it without `looks`"
            if scope.study.scale is not None:
                without += " at this scale: `looks: null`"
            yield Diagnostic("unplanned-look", message, looks.span, f"{hint}, or {without}")
            return
        if test.part("alpha") * claim.spent < LEAST:
            message = f"nothing of alpha is spent where {size} of {looks.at[-1]} levels of `{name}` are there"
            hint = "leave this size out of `at`, or write `spending: pocock`"
            yield Diagnostic("wrong-value", message, looks.span, hint)
            return
    sizes = sorted({size_of(scope, looks, test) for test in claim.tests})
    if len(sizes) > 1:  # one that stays would keep the others at its look, as often as they are read anew
        message = f"the tests of the claim `{claim.name}` are about {' and '.join(map(str, sizes))} levels of"
        hint = "keep all of them to the same levels by `where` beside `all`, or none"
        yield Diagnostic("wrong-value", f"{message} `{name}`, which are different looks", looks.span, hint)
