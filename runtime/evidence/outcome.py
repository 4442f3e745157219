"""What a claim type says of the results, before the study's verdicts are given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

DecidedEnds = Callable[[float, float], tuple[float, float]]
"""The interval whose ends are those of a verdict, from two levels: for the claim, and for its opposite.

The end on the claimed side of the claim's edge lies beyond it exactly where `p_claimed` is at most the first
level, and the other end exactly where `p_opposite` is at most the second. Infinite where nothing is excluded.
"""


class Observation(NamedTuple):
    """One of the numbers behind a claim: a difference, a slope or a value.

    Attributes:
        coordinates: axis -> level.
        unit: the group of observations that the test exchanges together.
    """

    coordinates: dict[str, Any]
    unit: int
    value: float


@dataclass(frozen=True)
class Outcome:
    """The evidence for and against one claim.

    Attributes:
        effect: in the metric's own unit and sign; None where nothing could be computed.
        null: the value of the effect at the edge of the claim (its margin, its threshold).
        holds: the effect lies on the claimed side of `null`.
        interval: of the effect, dual to the test at the claim's own alpha; None where the test excludes
            nothing.
        confidence: of the interval: 1 - 2 alpha, each direction having alpha; 1 - alpha where they share it.
        ends: the same at other levels, as Holm's correction leaves them; None where the test has none.
        direction: 1 where the claim is that the effect exceeds `null`, -1 where it stays under, 0 where it
            lies within a margin.
        p_claimed: chance of data at least as far on the claimed side if the effect were `null`.
        p_opposite: the same for the other side.
        smallest_p: the smallest p-value that the test could have given.
        alpha: the level that the claim is to be decided at.
        standardized: mean over standard deviation of the units' means (Cohen's d_z for pairs).
        standardized_interval: its 95 % interval, for means that are normal.
        num_units: independent units of the test.
        spread: standard deviation of the units' means; of the widest test where there are several.
        observations: the numbers behind the claim.
        missing: coordinates of what is missing, in words.
        lost: results that the claim rests on and that are missing, by reason; members of what it reads too.
        finding: what the data say, in plain words.
        method: what was computed, in plain words.
        oracle: some of the cells used test labels on purpose.
        untested: why the claim could not be tested; empty where it was.
        parts: of its tests, where it needs several; the whole then has no effect of its own.
        edge: `null` in words, where no effect is just there: `between 2 and 3`.
    """

    alpha: float
    finding: str
    method: str
    effect: float | None = None
    null: float = 0.0
    holds: bool = False
    interval: tuple[float, float] | None = None
    confidence: float | None = None
    ends: DecidedEnds | None = field(default=None, repr=False, compare=False)
    direction: Literal[1, 0, -1] = 1
    p_claimed: float = 1.0
    p_opposite: float = 1.0
    smallest_p: float = 1.0
    standardized: float | None = None
    standardized_interval: tuple[float, float] | None = None
    num_units: int = 0
    spread: float | None = None
    observations: tuple[Observation, ...] = ()
    missing: tuple[str, ...] = ()
    lost: Mapping[str, int] = field(default_factory=dict)
    oracle: bool = False
    untested: str = ""
    parts: tuple["Outcome", ...] = ()
    edge: str = ""
