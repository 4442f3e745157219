"""GraphSAGE."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.graphs.encoder import GraphEncoder

Count = Annotated[int, Field(ge=1)]


@component
def sage(
    num_features: int,
    *,
    width: Count = 32,
    embedding: Count = 16,
    depth: Count = 2,
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0,
) -> GraphEncoder:
    """A node's own features and the mean of its neighbours' each have a matrix of their own.

    Hamilton et al. 2017, "Inductive Representation Learning on Large Graphs" (arXiv:1706.02216),
    algorithm 1 with the mean aggregator.
    Differs from the paper: nothing but that all neighbours are used, and none sampled.

    Args:
        width: features of a node between layers.
        embedding: features of a node after the last layer.
        depth: layers, each of which reaches one edge farther.
        dropout: probability between layers.
    """
    from torch_geometric.nn import GraphSAGE  # costs seconds

    encoder: GraphEncoder = GraphSAGE(num_features, width, depth, embedding, dropout=dropout)
    return encoder
