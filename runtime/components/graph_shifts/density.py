"""Fewer edges."""

from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Graph
from heldout.runtime.component import component
from heldout.runtime.graphs.edges import edge_index_of, pairs_of


@component
def density(
    graph: Graph,
    strength: float,
    rng: np.random.Generator,
    *,
    share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.95,
) -> Graph:
    """Edges are dropped at random, so that nodes have fewer neighbours to learn from.

    Rong et al. 2020, "DropEdge" (arXiv:1907.10903), section 3, as a shift.
    Differs from the paper: once, for the graph that is tested on, and not at every step of training.

    Args:
        share: of the edges that are dropped at strength 1.
    """
    pairs = pairs_of(graph.edge_index)
    kept = rng.random(pairs.shape[1]) >= strength * share
    return replace(graph, edge_index=edge_index_of(pairs[:, kept]))
