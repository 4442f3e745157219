"""Declare what a claim is: what its parameters name and do, and how it is decided.

A claim is a component of the kind `claims`. What is declared here goes into the catalog, with which the
compiler refuses a claim that no result could support before anything runs. Of a claim that declares
nothing the compiler knows nothing, and runs it as it stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple, TypeVar

from heldout.runtime.component import component

F = TypeVar("F", bound=Callable[..., Any])

UNITS = "units"


@dataclass(frozen=True)
class AxisName:
    """A parameter that names an axis of the study, or a list that names several."""


@dataclass(frozen=True)
class LevelOf:
    """A parameter that names a level, or a list of levels, of the axis that another one names.

    Attributes:
        among_all: the claim reads the axis's other levels too. Where that other parameter names several axes,
            the level is a cell, which names a level of one of them or more.
    """

    axis: str
    among_all: bool = False


@dataclass(frozen=True)
class FieldOf:
    """A parameter that names a field of the levels of the axis that another one names: `task.coverage`.

    The claim is given what `heldout.runtime.results.level_fields` reads: by level, what the field is there.
    """

    axis: str


@dataclass(frozen=True)
class MetricName:
    """A parameter that names a metric of a stage: `score.accuracy`."""


@dataclass(frozen=True)
class RowMetricName(MetricName):
    """A parameter that names a metric of single rows, of a stage's records: `score.predictions.accuracy`."""


@dataclass(frozen=True)
class Where:
    """A parameter that keeps a claim to part of the grid: axis -> level or list of levels."""


class Part(StrEnum):
    """What a parameter does in deciding a claim, whatever its name: written on it with `Annotated`.

    METRIC names the metric whose cells are observed, and PAIR the axes of which every combination of
    levels is one observation. COMPARED names an axis along which an observation has several cells: at the
    levels that parameters with `LevelOf` name, else at all. AGAINST names another metric, which has that
    axis too. CLUSTER names the axis of PAIR whose levels are the independent units. ALPHA is the chance of
    a wrong verdict, SIDES shares it between two directions where it is `two`, MISSING goes on without
    incomplete observations where it is `drop`. ABOVE and BELOW are the numbers between which the claim lies.
    """

    METRIC = "metric"
    AGAINST = "against"
    PAIR = "pair"
    COMPARED = "compared"
    CLUSTER = "cluster"
    ALPHA = "alpha"
    SIDES = "sides"
    MISSING = "missing"
    ABOVE = "above"
    BELOW = "below"


Measure = Literal["difference", "gain", "margin", "correlation", "share", "factor"]


class Sought(NamedTuple):
    """An effect that is to be found: by a test of so many units, at a level, with a probability.

    Attributes:
        num_units: independent units of the test.
        num_observations: that the claim's outcome has.
        alpha: one-sided, after whatever correction.
        power: the probability.
    """

    num_units: int
    num_observations: int
    alpha: float
    power: float


Detectable = Callable[[Sought, Mapping[str, Any]], float | None]


@dataclass(frozen=True)
class Reach:
    """How far a test of a claim can reach.

    Attributes:
        smallest_p: the smallest one-sided p-value by the number of units, from none up.
        over: what the units are: `units` for the levels of the cluster, or all observations without
            one; else the parameter that names the axis whose levels the test is over.
        when: by parameter, the value with which a claim is tested so; the first that fits counts.
        permutes: the test puts the levels of that axis in other orders; levels that a field places alike tell
            fewer orders apart.
        base: the parameter, a share, that to the power of the units is the smallest p-value, in the place of
            `smallest_p`.
        partial: the parameters that name an axis and say at how many of its levels the test must hold: the
            p-value is multiplied by the number of levels that may fail, and one.
        counts: the effect is a number of settings, a share or a place, and does not move as the values do.
        measure: what the effect is that could be detected.
        detectable: the effect that is found, by what is sought and the claim's parameters: a
            correlation, a share or a factor, else standard deviations of the units' means. None where nothing
            is known of it.
        farthest: the greatest distance from the claim's edge that there is, by the claim's parameters; None
            where there is no greatest.
    """

    smallest_p: Callable[[int], float]
    over: str = UNITS
    when: Mapping[str, str | list[str] | None] = field(default_factory=dict)
    permutes: bool = False
    base: str = ""
    partial: tuple[str, str] | None = None
    counts: bool = False
    measure: Measure = "difference"
    detectable: Detectable | None = None
    farthest: Callable[[Mapping[str, Any]], float] | None = None


Levels = Literal["any", "numbers", "above zero"]


@dataclass(frozen=True)
class FewestLevels:
    """How many levels of an axis a claim needs, and of which kind, before anything can be said of it.

    Attributes:
        of: the parameter that names the axis.
        fewest: levels.
        when: by parameter, the value with which it does.
        are: what the levels are: anything, numbers, or numbers above zero, which have a logarithm.
    """

    of: str
    fewest: int
    when: Mapping[str, str | None] = field(default_factory=dict)
    are: Levels = "any"


GIVEN: Mapping[str, Any] = {"not": {"type": "null"}}
LEFT_OUT: Mapping[str, Any] = {"type": "null"}


@dataclass(frozen=True)
class Refusal:
    """Parameters that are each right and together claim nothing.

    Attributes:
        when: by parameter, a JSON Schema; refused where the values meet all of them.
        says: what is wrong; `{name}` stands for the value of a parameter, `{claim}` for the claim's name.
        write: what to write instead.
    """

    when: Mapping[str, Mapping[str, Any]]
    says: str
    write: str


@dataclass(frozen=True)
class Decided:
    """How a claim is decided, as `claim` declares it."""

    reaches: tuple[Reach, ...]
    levels: tuple[FewestLevels, ...]
    refused: tuple[Refusal, ...]


def claim(
    *,
    decided_by: Sequence[Reach] = (),
    levels: Sequence[FewestLevels] = (),
    refused: Sequence[Refusal] = (),
    formerly: str | tuple[str, ...] = (),
) -> Callable[[F], F]:
    """Declare a function to be a claim: a component of the kind `claims`.

    Args:
        decided_by: how far its tests reach.
        levels: that it needs.
        refused: what it cannot be asked.
        formerly: names that it had, which studies may still write.
    """

    def declare(function: F) -> F:
        function.__decided__ = Decided(tuple(decided_by), tuple(levels), tuple(refused))  # type: ignore[attr-defined]
        return component(kind="claims", formerly=formerly)(function)

    return declare


def reach_of(function: Callable[..., Any], parameters: Mapping[str, Any]) -> Reach | None:
    """How far the test reaches by which a claim with these parameters is decided; None where undeclared."""
    decided: Decided | None = getattr(function, "__decided__", None)
    for reach in decided.reaches if decided is not None else ():
        if all(parameters.get(name) == value for name, value in reach.when.items()):
            return reach
    return None
