"""Declared tables and figures, made one by one: one that cannot be made leaves the others alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from heldout.runtime.results.results import Results

Made = TypeVar("Made")


def make_all(
    make: Callable[[Mapping[str, Any], Results], Made],
    declared: Sequence[Mapping[str, Any]],
    results: Results,
    noun: str,
) -> tuple[list[Made], list[str]]:
    """Each declared table or figure, and in words which could not be made and why."""
    made, problems = [], []
    for one in declared:
        try:
            made.append(make(one, results))
        except ValueError as error:
            problems.append(f"The {noun} {one['id']} is not shown: {error}.")
    return made, problems
