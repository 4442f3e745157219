"""Graph attention."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.graphs.encoder import GraphEncoder

Count = Annotated[int, Field(ge=1)]


@component
def gat(
    num_features: int,
    *,
    width: Count = 32,
    embedding: Count = 16,
    depth: Count = 2,
    heads: Count = 1,
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0,
) -> GraphEncoder:
    """A node is a mean of its neighbours, weighted by how well both fit together.

    Veličković et al. 2018, "Graph Attention Networks" (arXiv:1710.10903), equations 1-6.
    Differs from the paper: one head by default, and ReLU between layers, as in the authors' code
    of arXiv:2403.09953.

    Args:
        width: features of a node between layers, of all heads together.
        embedding: features of a node after the last layer.
        depth: layers, each of which reaches one edge farther.
        heads: of the attention; they divide the width.
        dropout: probability between layers, and of each weight of the attention.

    Raises:
        ValueError: the heads do not divide the width.
    """
    from torch_geometric.nn import GAT  # costs seconds

    if width % heads:
        raise ValueError(f"{heads} heads do not divide a width of {width}")
    encoder: GraphEncoder = GAT(num_features, width, depth, embedding, dropout=dropout, heads=heads)
    return encoder
