"""The graph isomorphism network."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.graphs.encoder import GraphEncoder

Count = Annotated[int, Field(ge=1)]


@component
def gin(
    num_features: int,
    *,
    width: Count = 32,
    embedding: Count = 16,
    depth: Count = 2,
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0,
) -> GraphEncoder:
    """The sum of a node and its neighbours goes through a perceptron of two layers.

    Xu et al. 2019, "How Powerful are Graph Neural Networks?" (arXiv:1810.00826), equation 4.1,
    with epsilon fixed at 0.
    Differs from the paper: no batch norm, as in the authors' code of arXiv:2403.09953.

    Args:
        width: features of a node between layers.
        embedding: features of a node after the last layer.
        depth: layers, each of which reaches one edge farther.
        dropout: probability between layers.
    """
    from torch_geometric.nn import GIN  # costs seconds

    encoder: GraphEncoder = GIN(num_features, width, depth, embedding, dropout=dropout)
    return encoder
