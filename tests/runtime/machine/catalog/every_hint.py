"""Operators and components with every hint that the catalog expresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import Field

from heldout.runtime.artifacts import Artifact, Dataset, Model, Scalar, Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.claim import (
    GIVEN,
    AxisName,
    FewestLevels,
    LevelOf,
    MetricName,
    Part,
    Reach,
    Refusal,
    Where,
    claim,
)
from heldout.runtime.component import Choice, component
from heldout.runtime.operator import (
    ApartBy,
    Metrics,
    MetricsFrom,
    Role,
    Unlabelled,
    Use,
    choice,
    integers,
    loguniform,
    operator,
)

T = TypeVar("T", bound=Artifact)


class Parts(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN]
    shifted: Annotated[Dataset, Role.TEST, Unlabelled(), ApartBy("rate")]
    scores: Annotated[Table, Metrics("accuracy", "error")]
    named: Annotated[Table, MetricsFrom("metric")]


class Best(NamedTuple, Generic[T]):
    best: T
    why: Table


@operator(network=True, seconds=2.5)
def parts(
    data: Annotated[Dataset, Use.TRAINS],
    start: Annotated[Model | None, Use.CARRIES] = None,
    *,
    checkpoint: Checkpoint,
    network: Annotated[str | dict[str, Any], Choice("every-kind")] = "reference",
    critic: Annotated[str | dict[str, Any] | None, Choice("every-kind")] = None,
    steps: Annotated[int, integers(1, 9)],
    rate: Annotated[float, loguniform(1e-4, 1e-2)] = 1e-3,
    mode: Literal["fast", "slow"] = "fast",
    only: Literal["one"] = "one",
    names: frozenset[str] = frozenset({"b", "a"}),
    angles: tuple[float, ...] = (0.0, 15.0),
    pair: tuple[int, int] = (1, 2),
    mixed: tuple[int, str] = (1, "a"),
    weights: Mapping[str, float] | None = None,
    level: Annotated[int | str, choice(1, "two")] = 1,
    metric: str = "accuracy",
    seed: int = 0,
) -> Parts:
    """Take data apart. The second sentence is no part of the summary.

    A paragraph more.

    Args:
        data: labelled examples,
            described on two lines.
        start: a model.
        steps: how many.

    Returns:
        train: the first part.
        shifted: the second part: without labels.
        scores: how good.
    """
    raise NotImplementedError


@operator
def best(candidates: list[T], scores: Annotated[list[Scalar | None], Use.SELECTS]) -> Best[T]:
    """The best candidate."""
    raise NotImplementedError


@operator
def adapt(data: Annotated[Dataset, Use.ADAPTS] | None = None) -> Annotated[Table, Metrics("entropy")]:
    """Look at inputs.

    Returns:
        one number.
    """
    raise NotImplementedError


@component(kind="every-kind")
def reference(shape: tuple[int, ...], *, width: Annotated[int, integers(8, 64)] = 16) -> None:
    """A component.

    Args:
        shape: supplied.
        width: units.
    """


Folds = Annotated[list[str], AxisName(), Part.PAIR, Field(description="the folds.")]


@dataclass(frozen=True, kw_only=True)
class Folded:
    """What several claims share."""

    folds: Folds
    alpha: Annotated[float, Part.ALPHA, Field(gt=0, description="the level.")] = 0.05
    where: Annotated[dict[str, Any], Where()] = field(default_factory=dict)
    cluster: Annotated[str | None, AxisName(), Field(description="of the folds.")] = None


@claim(
    decided_by=[Reach(lambda n: 3.0**-n, over="axis", when={"test": "thirds"}), Reach(lambda n: 1.0)],
    levels=[FewestLevels(of="axis", fewest=2)],
    refused=[Refusal({"above": GIVEN}, "`{claim}` is above {above}", "write nothing")],
)
def ordered(
    cells: object,
    *,
    axis: Annotated[str, AxisName()],
    greater: Annotated[str | int, LevelOf("axis")],
    metric: Annotated[str, MetricName(), Part.METRIC],
    above: float | None = None,
    test: Literal["thirds", "none"] = "none",
    shared: Folded,
) -> None:
    """A claim.

    Args:
        folds: said by the claim itself.
    """
