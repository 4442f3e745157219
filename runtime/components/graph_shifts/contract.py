"""What a shift of a graph is given and what it gives back.

Supplied are a graph, a strength in [0, 1] and a stream to draw from. What comes back is the shifted graph,
with its nodes, ids and labels: the graph as it is at strength 0, and as far from it as the shift's
parameters say at 1. Nothing is drawn but from the stream.
"""

from collections.abc import Callable
from typing import Concatenate

import numpy as np

from heldout.runtime.artifacts import Graph

GraphShift = Callable[Concatenate[Graph, float, np.random.Generator, ...], Graph]
