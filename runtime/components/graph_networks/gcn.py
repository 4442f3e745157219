"""Graph convolutions."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.graphs.encoder import GraphEncoder

Count = Annotated[int, Field(ge=1)]


@component
def gcn(
    num_features: int,
    *,
    width: Count = 32,
    embedding: Count = 16,
    depth: Count = 2,
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0,
) -> GraphEncoder:
    """A node is the mean of itself and its neighbours, weighted by their degrees, times a matrix.

    Kipf & Welling 2017, "Semi-Supervised Classification with Graph Convolutional Networks"
    (arXiv:1609.02907), equation 2.
    Differs from the paper: embeddings are linear in the last layer; a classifier's head follows.

    Args:
        width: features of a node between layers.
        embedding: features of a node after the last layer.
        depth: layers, each of which reaches one edge farther.
        dropout: probability between layers.
    """
    from torch_geometric.nn import GCN  # costs seconds

    encoder: GraphEncoder = GCN(num_features, width, depth, embedding, dropout=dropout)
    return encoder
