"""Edges between classes in place of edges within them."""

from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Graph
from heldout.runtime.component import component
from heldout.runtime.graphs.edges import edge_index_of, pairs_of


@component
def homophily(
    graph: Graph,
    strength: float,
    rng: np.random.Generator,
    *,
    share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.8,
) -> Graph:
    """Edges within a class let go of one end, which is put at a node of another class.

    Zhu et al. 2020, "Beyond Homophily in Graph Neural Networks" (arXiv:2006.11468), definition 1:
    homophily is the share of edges that join nodes of one class.
    Differs from the paper: a graph is rewired, and not generated with another homophily.

    Args:
        share: of the edges within a class that are rewired at strength 1; the density stays, but
            for rewired edges that fall together.

    Raises:
        ValueError: a node has no label.
    """
    if len(graph.labelled) < len(graph):
        raise ValueError(f"{len(graph) - len(graph.labelled)} nodes have no label to rewire by")
    label = graph.labels.numpy()
    pairs = pairs_of(graph.edge_index)
    # All drawn whatever the strength, so that a stronger shift rewires these edges and more.
    num_pairs: int = pairs.shape[1]
    drawn, place = rng.random((2, num_pairs))
    stays = rng.integers(2, size=num_pairs)
    others = {name: np.flatnonzero(label != name) for name in np.unique(label)}
    rewired = pairs.copy()
    for edge in np.flatnonzero((label[pairs[0]] == label[pairs[1]]) & (drawn < strength * share)):
        candidates = others[label[pairs[0, edge]]]
        if len(candidates):
            rewired[1 - stays[edge], edge] = candidates[int(place[edge] * len(candidates))]
    return replace(graph, edge_index=edge_index_of(rewired))
