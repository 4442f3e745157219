"""The kinds of artifact. Import them from here: `from heldout.runtime.artifacts import Dataset`."""

from heldout.runtime.artifacts.artifact import Artifact
from heldout.runtime.artifacts.dataset import Dataset
from heldout.runtime.artifacts.graph import Graph
from heldout.runtime.artifacts.model import Model
from heldout.runtime.artifacts.predictions import Predictions, logits_column
from heldout.runtime.artifacts.scalar import Scalar
from heldout.runtime.artifacts.table import Table
from heldout.runtime.artifacts.trajectory import Trajectory

__all__ = [
    "Artifact",
    "Dataset",
    "Graph",
    "Model",
    "Predictions",
    "Scalar",
    "Table",
    "Trajectory",
    "logits_column",
]
