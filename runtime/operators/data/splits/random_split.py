"""Split rows at random: test data like the training data."""

import math
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import SameAs

Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]


class RandomSplit(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, SameAs("data")]
    select: Annotated[Dataset, Role.SELECT, SameAs("data")]
    test: Annotated[Dataset, Role.TEST, SameAs("data")]


@operator(seconds=0.02)
def random_split(
    data: Dataset,
    *,
    select_fraction: Fraction = 0.2,
    test_fraction: Fraction = 0.2,
    stratify: str | None = None,
    seed: int = 0,
) -> RandomSplit:
    """Every row goes to train, select or test by chance, whatever its domain.

    The rows are permuted by the seed: the first floor(test_fraction * n) are for test, the next
    floor(select_fraction * n) for selection, the others for training. Each part keeps the order
    of the data.

    Args:
        data: any examples.
        select_fraction: of the rows, rounded down.
        test_fraction: of the rows, rounded down.
        stratify: a column, such as label, whose values are split each by itself, so that every
            part has all of them in proportion (rounded down by value).
        seed: of the permutation; with `stratify` each value has a stream of its own.

    Returns:
        train: the rows in neither of the others.
        select: the rows to choose with.
        test: the rows to test on.

    Raises:
        ValueError: the fractions leave nothing to train on, rows are too few for a part that is asked for,
            or there is no such column.
    """
    if select_fraction + test_fraction >= 1:
        raise ValueError(f"fractions {select_fraction} and {test_fraction} leave nothing to train on")
    train, select, test = [], [], []
    for name, positions in _strata(data, stratify):
        order = positions[numpy_stream(seed, "random split", name).permutation(len(positions))]
        num_test, num_select = (
            _share(len(order), part, fraction, name)
            for part, fraction in (("test", test_fraction), ("select", select_fraction))
        )
        test.append(order[:num_test])
        select.append(order[num_test : num_test + num_select])
        train.append(order[num_test + num_select :])
    return RandomSplit(*(data.take(np.sort(np.concatenate(part))) for part in (train, select, test)))


def _share(num_rows: int, part: str, fraction: float, stratum: str) -> int:
    share = int(num_rows * fraction)
    if fraction > 0 and not share:
        among = f" with {stratum!r}" if stratum else ""
        raise ValueError(
            f"{num_rows} rows{among} leave none to {part}: {part}_fraction {fraction} needs "
            f"{math.ceil(1 / fraction)} of them, or write `{part}_fraction: 0` for no such part"
        )
    return share


def _strata(data: Dataset, column: str | None) -> list[tuple[str, np.ndarray]]:
    if column is None:
        return [("", np.arange(len(data)))]
    if column not in data.rows.column_names:
        raise ValueError(
            f"no column {column!r} to stratify by; there are {', '.join(data.rows.column_names)}"
        )
    values = np.asarray([str(value) for value in data.rows[column].to_pylist()], dtype=object)
    return [(value, np.flatnonzero(values == value)) for value in sorted(set(values))]
