"""From a metric by cell to the observations that a claim rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np

from heldout.runtime.evidence.outcome import Observation
from heldout.runtime.results.levels import Axis, coordinates_text
from heldout.runtime.statistics.rounding import rounding

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
        rounding: the distance up to which values are equal to each other, or to another number.
    """

    axes: tuple[Axis, ...]
    positions: np.ndarray
    values: np.ndarray
    unit: np.ndarray
    missing: tuple[str, ...]
    lost: np.ndarray
    cluster: str | None
    rounding: float = 0.0

    @classmethod
    def of(
        cls,
        axes: Sequence[Axis],
        values: np.ndarray,
        exists: np.ndarray,
        cluster: str | None,
        terms: np.ndarray | None = None,
    ) -> Self:
        """The observations of an array over some axes, NaN where one is missing.

        Args:
            axes: of the dimensions.
            values: by the axes' levels.
            exists: the study makes this observation.
            cluster: the axis whose levels are the units; None makes every observation a unit.
            terms: in the same unit, the numbers that the values are sums and differences of, in any
                shape: what rounding can do to them. None where the values are what was measured.

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
        tolerance = rounding(flat if terms is None else terms)
        return cls(tuple(axes), kept, flat[found], unit, missing, positions[~found], cluster, tolerance)

    @property
    def num_units(self) -> int:
        return len(np.unique(self.unit))

    @property
    def lost_unit(self) -> np.ndarray:
        """Which unit each missing observation is of, among those of `completed`, [num_missing]."""
        return self._all_units()[len(self.values) :]

    def _all_units(self) -> np.ndarray:
        return units(np.concatenate([self.positions, self.lost]), self.axes, self.cluster)

    def completed(self, values: np.ndarray) -> Self:
        """The observations with these values in place of the missing ones, [num_missing]."""
        return replace(
            self,
            positions=np.concatenate([self.positions, self.lost]),
            values=np.append(self.values, values),
            unit=self._all_units(),
            lost=self.lost[:0],
            missing=(),
        )

    def about(self, null: float) -> Self:
        """The same, with values that equal `null` but for rounding at `null` itself."""
        tolerance = max(self.rounding, rounding(null))
        tied = np.abs(self.values - null) <= tolerance
        return replace(self, values=np.where(tied, null, self.values), rounding=tolerance)

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
