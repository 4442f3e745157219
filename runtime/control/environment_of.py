"""The environment that a data set of levels describes."""

from typing import Any

from heldout.runtime.artifacts import Dataset
from heldout.runtime.components.environments.contract import Environment, build_environment


def environment_of(levels: Dataset) -> Environment:
    """Its levels, in the order of the rows.

    Raises:
        ValueError: there are no levels, or it is no such data set.
    """
    if "environment" not in levels.notes or "level" not in levels.rows.column_names:
        raise ValueError("these are no levels of an environment: make them with data/levels")
    if len(levels) == 0:
        raise ValueError("there are no levels to play")
    numbers: list[Any] = levels.rows["level"].to_pylist()
    return build_environment(levels.notes["environment"], numbers)
