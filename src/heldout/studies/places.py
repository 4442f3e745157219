"""Where results and artifacts lie: the same places as for the command line."""

import os
from os import PathLike
from pathlib import Path

from heldout.compiler.run.workspace import RESULTS, STORE

Place = str | PathLike[str]


def results_folder(given: Place | None) -> Path:
    """The folder of all results: the one given, or named by HELDOUT_RESULTS, or `results`."""
    return Path(given if given is not None else os.environ.get("HELDOUT_RESULTS") or RESULTS)


def store_folder(given: Place | None) -> Path:
    """The folder of the store: the one given, or named by HELDOUT_STORE, or `.heldout/store`."""
    return Path(given if given is not None else os.environ.get("HELDOUT_STORE") or STORE)
