"""The kinds of artifact. Import them from here: `from runtime.artifacts import Dataset`."""

from runtime.artifacts.artifact import Artifact
from runtime.artifacts.dataset import Dataset
from runtime.artifacts.graph import Graph
from runtime.artifacts.model import Model
from runtime.artifacts.predictions import Predictions, logits_column
from runtime.artifacts.scalar import Scalar
from runtime.artifacts.table import Table
from runtime.artifacts.trajectory import Trajectory

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
