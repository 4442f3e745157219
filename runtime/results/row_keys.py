"""Keys that the rows of one cell are told apart by, as axes: the step of a curve, the group of a part."""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from heldout.runtime.results.levels import Axis

STEP, GROUP = ROW_KEYS = ("step", "group")
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # as JSON writes one


def along_of(metric: Mapping[str, Any]) -> tuple[str, ...]:
    """What a metric varies along beside the axes of its stage."""
    return tuple(metric.get("along") or ())


def key_axis(key: str, column: "pa.ChunkedArray[Any]") -> tuple[Axis, np.ndarray]:
    """The axis that a column without nulls makes, and the position of each row on it, [num_rows].

    Its levels are those that are there: numbers in their order where all are numbers, also when they are
    written as text; else text, sorted, so that no order hangs on which runs have ended.
    """
    encoded = column.combine_chunks().dictionary_encode()
    found: list[Any] = encoded.dictionary.to_pylist()
    numbers = [number_of(level) for level in found]
    numeric = None not in numbers and len(set(numbers)) == len(numbers)
    levels: list[Any] = numbers if numeric else found
    order = sorted(range(len(levels)), key=lambda number: levels[number])
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return Axis(key, tuple(levels[i] for i in order)), places[encoded.indices.to_numpy()]


def number_of(level: int | str) -> int | float | None:
    """The number that a level is, or that its text writes; None where it is none."""
    if isinstance(level, int):
        return level
    written = NUMBER.fullmatch(level)
    if written is None:
        return None
    number = float(level)
    if not math.isfinite(number):
        return None
    return number if written[2] or written[3] or abs(number) >= 2**53 else int(level)
