"""From a metric by cell to the observations that a claim rests on, and the evidence in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np

from heldout.runtime.evidence.outcome import Observation
from heldout.runtime.results.levels import Axis, coordinates_text
from heldout.runtime.statistics.centre import Statistic, effect_of, unit_means
from heldout.runtime.statistics.interval import Interval, interval
from heldout.runtime.statistics.over_units import TESTS, UnitTest
from heldout.runtime.statistics.sign_flip import Tested
from heldout.runtime.statistics.standardized import standardized_interval

MissingRule = Literal["block", "drop", "against"]


@dataclass(frozen=True)
class Observations:
    """Numbers by coordinates, in units that the test exchanges together.

    Attributes:
        axes: what the observations vary along.
        positions: level of each axis, [num_observations, num_axes].
        values: [num_observations], all finite.
        unit: from 0, [num_observations].
        missing: coordinates of the observations that could not be made, in words.
        lost: the same as levels, [num_missing, num_axes].
        cluster: the axis whose levels are the units.
    """

    axes: tuple[Axis, ...]
    positions: np.ndarray
    values: np.ndarray
    unit: np.ndarray
    missing: tuple[str, ...]
    lost: np.ndarray
    cluster: str | None

    @classmethod
    def of(cls, axes: Sequence[Axis], values: np.ndarray, exists: np.ndarray, cluster: str | None) -> Self:
        """The observations of an array over some axes, NaN where one is missing.

        Args:
            axes: of the dimensions.
            values: by the axes' levels.
            exists: the study makes this observation.
            cluster: the axis whose levels are the units; None makes every observation a unit.

        Raises:
            ValueError: `cluster` is not among the axes.
        """
        names = [axis.name for axis in axes]
        if cluster is not None and cluster not in names:
            raise ValueError(f"cluster {cluster!r} is not among the paired axes ({', '.join(names)})")
        positions = np.argwhere(exists)
        flat = values[exists]
        found = np.isfinite(flat)
        kept = positions[found]
        missing = tuple(
            coordinates_text(axes, [int(i) for i in at]) or "the only one" for at in positions[~found]
        )
        unit = units(kept, axes, cluster)
        return cls(tuple(axes), kept, flat[found], unit, missing, positions[~found], cluster)

    @property
    def num_units(self) -> int:
        return len(np.unique(self.unit))

    def completed(self, value: float) -> Self:
        """The observations with this value in place of every missing one."""
        positions = np.concatenate([self.positions, self.lost])
        values = np.append(self.values, np.full(len(self.lost), value))
        unit = units(positions, self.axes, self.cluster)
        return replace(self, positions=positions, values=values, unit=unit, lost=self.lost[:0], missing=())

    def listed(self) -> tuple[Observation, ...]:
        """The observations one by one."""
        return tuple(
            Observation(
                {axis.name: axis.levels[at] for axis, at in zip(self.axes, place, strict=True)},
                int(unit),
                float(value),
            )
            for place, unit, value in zip(self.positions.tolist(), self.unit, self.values, strict=True)
        )

    def cannot_test(self, rule: MissingRule) -> str:
        """Why a test would be wrong or impossible; empty where it can be made."""
        total = len(self.values) + len(self.missing)
        if self.missing and (rule == "block" or not len(self.values)):
            shown = "; ".join(self.missing[:3]) + ("; …" if len(self.missing) > 3 else "")
            return f"{len(self.missing)} of {total} observations are missing ({shown})"
        return "" if total else "the study makes no observation for it"


def units(positions: np.ndarray, axes: Sequence[Axis], cluster: str | None) -> np.ndarray:
    """Which unit each observation is of, from 0: its level of `cluster`, or one of its own."""
    if cluster is None:
        return np.arange(len(positions))
    column = positions[:, [axis.name for axis in axes].index(cluster)]
    return np.unique(column, return_inverse=True)[1]


@dataclass(frozen=True)
class Evidence:
    """What observations say of an effect against its value under the null."""

    effect: float
    interval: Interval | None
    test: Tested
    standardized: float | None = None
    standardized_interval: tuple[float, float] | None = None
    spread: float | None = None


def weigh(observations: Observations, null: float, statistic: Statistic, test: UnitTest) -> Evidence:
    """The effect, its interval, and the test of whether it is `null`."""
    values, unit = observations.values, observations.unit
    means = unit_means(values, unit) - null
    spread = float(means.std(ddof=1)) if len(means) > 1 else 0.0
    # Values that differ by rounding alone have no spread to measure an effect in.
    rounding = 1e-12 * float(np.abs(values).max())
    standardized = float(means.mean()) / spread if spread > rounding else None
    return Evidence(
        effect=effect_of(values, unit, statistic),
        interval=interval(values, unit, statistic),
        test=TESTS[test](values - null, unit, statistic),
        standardized=standardized,
        standardized_interval=standardized_interval(standardized, len(means)),
        spread=spread if len(means) > 1 else None,
    )
