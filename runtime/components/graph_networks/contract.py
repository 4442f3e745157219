"""What a graph network is given and what it gives back.

Supplied is the number of features of a node. What comes back is a network that embeds nodes, freshly
initialised from torch's global generator, which the caller has seeded.
"""

from collections.abc import Callable
from typing import Concatenate

from heldout.runtime.graphs.encoder import GraphEncoder

GraphNetwork = Callable[Concatenate[int, ...], GraphEncoder]
