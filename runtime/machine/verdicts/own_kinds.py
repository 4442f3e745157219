"""Kinds of claims that a study brings along, in files of its own."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from heldout.runtime.lookup import find, register_file
from heldout.runtime.results.plan import tests_of


def register_own_kinds(claims: Iterable[Mapping[str, Any]], files: Iterable[Path]) -> None:
    """Read a study's files where one of its claims is of a kind that the runtime does not have.

    Raises:
        ValueError: a file cannot be read.
    """
    try:
        for claim in tests_of(claims):
            find(f"claims/{claim['kind']}")
    except ValueError:
        for path in files:
            register_file(path)
