"""The kinds of artifact. Import them from here: `from heldout.runtime.artifacts import Dataset`.

A kind is looked up when it is first asked for: what reads tables alone, such as a report, loads no PyTorch.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what editors, type checkers and digests see
    from heldout.runtime.artifacts.artifact import Artifact
    from heldout.runtime.artifacts.dataset import Dataset
    from heldout.runtime.artifacts.estimates import Estimates
    from heldout.runtime.artifacts.graph import Graph
    from heldout.runtime.artifacts.model import Model
    from heldout.runtime.artifacts.predictions import Predictions, logits_column
    from heldout.runtime.artifacts.scalar import Scalar
    from heldout.runtime.artifacts.table import Table
    from heldout.runtime.artifacts.trajectory import Trajectory

__all__ = [
    "Artifact",
    "Dataset",
    "Estimates",
    "Graph",
    "Model",
    "Predictions",
    "Scalar",
    "Table",
    "Trajectory",
    "logits_column",
]

# What is not called as its module is.
ELSEWHERE = {"logits_column": "predictions"}


def __getattr__(name: str) -> object:
    """A kind, imported now.

    Raises:
        AttributeError: there is none of this name.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{ELSEWHERE.get(name, name.lower())}")
    value = globals()[name] = getattr(module, name)
    return value
