"""Where the levels of an axis stand, along which something rises, bends or goes together."""

import numpy as np
from scipy import stats

from heldout.runtime.evidence.curve_levels import Scale
from heldout.runtime.results.level_fields import LevelField, field_name, field_values
from heldout.runtime.results.levels import Axis, is_number


def places(axis: Axis, scale: Scale, by: LevelField | None = None) -> np.ndarray:
    """Where the levels stand, [num_levels]: by their own numbers, or by a field of theirs.

    Raises:
        ValueError: there are fewer than two, without numbers or logarithms, or all at one place.
    """
    if len(axis.levels) < 2:
        raise ValueError(f"a trend along {axis.name!r} needs two levels, it has {len(axis.levels)}")
    if by is None and scale == "rank":
        return np.arange(len(axis.levels), dtype=np.float64)
    numbers = axis.levels if by is None else field_values(by, axis)
    what = f"the levels of {axis.name!r}" if by is None else f"the values of {field_name(by)}"
    if not all(map(is_number, numbers)):
        raise ValueError(f"{what} are no numbers" + (": write `scale: rank`" if by is None else ""))
    along = np.array(numbers, dtype=np.float64)
    if np.ptp(along) == 0:
        raise ValueError(f"{what} are all {along[0]:g}, and nothing rises or falls along one place")
    if scale == "rank":
        return stats.rankdata(along) - 1
    if scale == "log":
        if along.min() <= 0:
            raise ValueError(f"{what} have no logarithm: the smallest is {along.min():g}")
        return np.log(along)
    return along
