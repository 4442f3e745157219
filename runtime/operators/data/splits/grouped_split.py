"""Split whole groups: no person, site or image is both trained and tested on."""

from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field
from sklearn.model_selection import GroupShuffleSplit

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import stable_seed
from heldout.runtime.subtype import SameAs

Fraction = Annotated[float, Field(gt=0.0, lt=1.0)]


class GroupedSplit(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, SameAs("data")]
    select: Annotated[Dataset, Role.SELECT, SameAs("data")]
    test: Annotated[Dataset, Role.TEST, SameAs("data")]


@operator(seconds=0.02)
def grouped_split(
    data: Dataset,
    *,
    by: str,
    select_fraction: Fraction = 0.2,
    test_fraction: Fraction = 0.2,
    seed: int = 0,
) -> GroupedSplit:
    """All rows with one value of a column go to the same part.

    scikit-learn's GroupShuffleSplit, used twice: for test groups, then for selection groups
    among the others. Each part keeps the order of the data.

    Args:
        data: any examples.
        by: the column whose values are the groups.
        select_fraction: of the groups (not of the rows), rounded up.
        test_fraction: of the groups, rounded up.
        seed: of the two shuffles.

    Returns:
        train: the groups in neither of the others.
        select: the groups to choose with.
        test: the groups to test on.

    Raises:
        ValueError: there is no such column, or too few groups for three parts.
    """
    if by not in data.rows.column_names:
        raise ValueError(f"no column {by!r} to group by; there are {', '.join(data.rows.column_names)}")
    groups = np.asarray([str(value) for value in data.rows[by].to_pylist()])
    num_groups = len(set(groups))
    num_test, num_select = (int(np.ceil(num_groups * f)) for f in (test_fraction, select_fraction))
    if num_test + num_select >= num_groups:
        raise ValueError(
            f"{num_groups} groups of {by!r} cannot give {num_test} to test, {num_select} to select "
            "and at least one to train"
        )
    rest, test = _shuffle_split(np.arange(len(data)), groups, num_test, stable_seed(seed, "test groups"))
    train, select = _shuffle_split(rest, groups, num_select, stable_seed(seed, "select groups"))
    return GroupedSplit(data.take(train), data.take(select), data.take(test))


def _shuffle_split(
    positions: np.ndarray, groups: np.ndarray, num_chosen: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    splitter = GroupShuffleSplit(n_splits=1, test_size=num_chosen, random_state=seed % 2**32)
    ((kept, chosen),) = splitter.split(positions, groups=groups[positions])
    return positions[np.sort(kept)], positions[np.sort(chosen)]
