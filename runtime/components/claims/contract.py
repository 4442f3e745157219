"""What claims share: their parameters, what they rest on, and the tests that decide them.

A claim is a function of the results and of what the study writes, and gives an `Outcome`. Most claims
compute one number from the cells of each observation and test the centre of these numbers over
independent units: they take a `Directed` design, which holds the parameters that this needs, and give
`design.outcome(…)`. A claim that two sides are the same takes a `Design` and gives `design.equivalence(…)`,
and one with a test of its own takes what is `Observed`.
A claim's docstring describes what is its own; words there on a shared parameter take the place of these.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Concatenate, Literal

import numpy as np
from pydantic import Field

from heldout.runtime.claim import (
    GIVEN,
    LEFT_OUT,
    AxisName,
    FieldOf,
    LevelOf,
    MetricName,
    Part,
    Refusal,
    Where,
)
from heldout.runtime.evidence import decide, equivalence
from heldout.runtime.evidence.observations import MissingRule, Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.names import metric_name
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Grid, Results
from heldout.runtime.statistics.centre import Statistic
from heldout.runtime.statistics.over_units import UnitTest

# Parameters by what they mean. The name of one is up to the claim, and should be that of other claims.

Metric = Annotated[Any, MetricName(), Part.METRIC, Field(description="the metric that the claim is about.")]
Pair = Annotated[
    list[str],
    AxisName(),
    Part.PAIR,
    Field(
        description="the axes that the cells of one observation share, `step` and `group` of the metric's "
        "values among them; every combination of their levels is one observation: a pair, a slope, a value."
    ),
]
Cluster = Annotated[
    str | None,
    AxisName(),
    Part.CLUSTER,
    Field(
        description="the one of them whose levels are independent of each other, where the claim is to hold "
        "for levels never tried (held-out domains, seeds); without it every observation is taken to be "
        "independent, and the claim is about the levels that were tried."
    ),
]
KeptTo = Annotated[
    dict[str, Any],
    Where(),
    Field(
        description="the part of the grid that the claim is about; axis, `step` or `group` -> level or list "
        "of levels."
    ),
]
Centre = Annotated[Statistic, Field(description="mean, median or interquartile mean of the observations.")]
TestOfUnits = Annotated[
    UnitTest,
    Field(
        description="`sign-flip` assumes no distribution and needs units: n of them give no p-value below "
        "2^-n; `t` takes the units' means to be normal and can decide with three, but where all are equal."
    ),
]
Alpha = Annotated[
    float,
    Part.ALPHA,
    Field(gt=0, lt=1, description="chance of a wrong verdict that is put up with, after Holm's correction."),
]
Sides = Annotated[
    Literal["one", "two"],
    Part.SIDES,
    Field(description="`one` spends alpha on each of the two directions; `two` shares it between them."),
]
Incomplete = Annotated[
    MissingRule,
    Part.MISSING,
    Field(
        description="`block` leaves the claim untested when any observation lacks a cell, or a member of "
        "what a cell was gathered from; `drop` goes on with what is there; `against` takes each to be what "
        "is worst for a verdict, no farther away than the farthest one seen, in test and interval."
    ),
]

Along = Annotated[
    str,
    AxisName(),
    Part.COMPARED,
    Field(description="along which it is compared: an axis, `step` or `group`."),
]
AlongEach = Annotated[
    str | Annotated[list[str], Field(min_length=2)],
    AxisName(),
    Part.COMPARED,
    Field(description="along which it is compared: an axis, `step` or `group`, or a list of several."),
]
# Where the levels may be cells, each of which names a level of several axes.
Across = Annotated[
    str | None,
    AxisName(),
    Part.COMPARED,
    Field(
        description="along which it is compared: an axis, `step` or `group`; left out where cells are "
        "compared, such as `{size: small, tuning: tuned}`, which name a level of each of several axes."
    ),
]
# Of the axis that the parameter `axis` names.
Level = Annotated[Any, LevelOf("axis")]
Levels = Annotated[list[Any], LevelOf("axis")]
Margin = Annotated[float, Field(description="the difference that must be exceeded, in the metric's unit.")]
Tolerance = Annotated[
    float,
    Field(description="the difference that is too small to matter, in the metric's unit; above zero."),
]
Above = Annotated[float | None, Part.ABOVE, Field(description="the number that it exceeds.")]
Below = Annotated[
    float | None,
    Part.BELOW,
    Field(description="the number that it stays under; exactly one of the two is given."),
]
Scale = Annotated[
    Literal["value", "log", "rank"],
    Field(description="the levels' own numbers, their natural logarithms, or their ranks 0, 1, 2, …"),
]
By = Annotated[
    Any | None,
    FieldOf("axis"),
    Field(
        description="a field of the levels of `axis` that is a number, such as `task.coverage`: it places "
        "them, in place of their own numbers or ranks. Levels of one number share a place and a rank."
    ),
]
# The same where the axis along which curves go is `along`, and another one tells curves apart.
ByAlong = Annotated[
    Any | None,
    FieldOf("along"),
    Field(
        description="a field of the levels of `along` that is a number, such as `model.width`: it places "
        "them, in place of their own numbers or ranks."
    ),
]


Claim = Callable[Concatenate[Results, ...], Outcome]


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Which cells make an observation, and how sure a claim has to be: for one with a test of its own."""

    metric: Metric
    pair: Pair
    where: KeptTo = field(default_factory=dict)
    alpha: Alpha = 0.05

    @property
    def whole(self) -> bool:
        """Whether a result that was gathered without some of its members counts as missing."""
        return True

    @property
    def metric_name(self) -> str:
        rows = " on training rows" if self.metric.get("rows") == "training" else ""
        return metric_name(self.metric) + rows

    def grid(self, results: Results) -> Grid:
        """The metric's cells, in the part of the grid that the claim is about.

        Raises:
            ValueError: an axis or a level that the metric does not have.
        """
        return results.grid(self.metric, self.where, self.whole)

    def cells(self, results: Results, *compared: str) -> Grid:
        """The same by the paired and the compared axes, averaged over all others.

        Raises:
            ValueError: an axis or a level that the metric does not have.
        """
        return self.grid(results).average_to([*self.pair, *compared])


@dataclass(frozen=True, kw_only=True)
class Design(Observed):
    """Which observations are independent, and how their centre is tested."""

    cluster: Cluster = None
    statistic: Centre = "mean"
    test: TestOfUnits = "sign-flip"
    missing: Incomplete = "block"

    @property
    def whole(self) -> bool:
        return self.missing != "drop"

    def observations(
        self,
        axes: Sequence[Axis],
        values: np.ndarray,
        exists: np.ndarray | np.bool_,
        terms: np.ndarray | None = None,
    ) -> Observations:
        """The numbers by the paired axes, NaN where one is missing, for the combinations that exist.

        Args:
            terms: the numbers, in the same unit, that these are sums and differences of, so that what
                differs from a margin by rounding alone is a tie; None where they are what was measured.
        """
        return Observations.of(axes, values, np.asarray(exists), self.cluster, terms)

    def equivalence(
        self,
        observations: Observations,
        *,
        subject: str,
        noun: str,
        middle: float,
        margin: float,
        oracle: bool,
        words: str = "",
        in_unit: bool = False,
        symmetric: bool = True,
    ) -> Outcome:
        """Weigh whether the centre lies within a margin, as `evidence.equivalence` does.

        Args:
            words: what lies within does, as in `between 0 and 1`, where it is not said by margin and middle.
            in_unit: the observations are in the metric's own unit.
            symmetric: the observations are differences of two sides that may swap names under the null; the
                outcome says of others that their test takes them to scatter symmetrically.
        """
        return equivalence.equivalence(
            observations,
            subject=subject,
            noun=noun,
            middle=middle,
            margin=margin,
            words=words,
            cluster=self.cluster,
            statistic=self.statistic,
            test=self.test,
            alpha=self.alpha,
            missing=self.missing,
            oracle=oracle,
            percent=in_unit and self.metric.get("unit") == "percent",
            symmetric=symmetric,
        )


@dataclass(frozen=True, kw_only=True)
class Directed(Design):
    """The same for a claim that has a direction, so that results may show the opposite."""

    sides: Sides = "one"

    def outcome(
        self,
        observations: Observations,
        *,
        subject: str,
        noun: str,
        null: float,
        oracle: bool,
        direction: Literal[1, -1] = 1,
        null_words: str = "",
        in_unit: bool = False,
        symmetric: bool = True,
        back: Callable[[float], float] | None = None,
    ) -> Outcome:
        """Weigh whether the centre exceeds a number or stays under it, as `evidence.decide` does.

        Args:
            back: from the scale of the test to that of the effect, where they differ: from logarithms of
                ratios to gains, which are shares.
            in_unit: the observations are in the metric's own unit.
            symmetric: the observations are differences of two sides that may swap names under the null; the
                outcome says of others that their test takes them to scatter symmetrically.
        """
        side = "above" if direction > 0 else "below"
        return decide.outcome(
            observations,
            subject=subject,
            noun=noun,
            null=null,
            null_words=null_words or f"{side} {plain(null) if null else 'zero'}",
            direction=direction,
            cluster=self.cluster,
            statistic=self.statistic,
            test=self.test,
            alpha=self.alpha,
            sides=self.sides,
            missing=self.missing,
            oracle=oracle,
            percent=in_unit and self.metric.get("unit") == "percent",
            symmetric=symmetric,
            back=back,
        )


NO_MARGIN = Refusal(
    {"margin": {"maximum": 0}}, "nothing is within a margin of {margin}", "margin must be above zero"
)
ONE_BOUND = (
    Refusal({"above": LEFT_OUT, "below": LEFT_OUT}, "`{claim}` has no bound", "write `above` or `below`"),
    Refusal(
        {"above": GIVEN, "below": GIVEN}, "`{claim}` has more than one bound", "write `above` or `below`"
    ),
)
