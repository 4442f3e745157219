"""A network that embeds a graph's nodes."""

from typing import Protocol

from torch import Tensor


class GraphEncoder(Protocol):
    """An `nn.Module` from nodes' features and edges to embeddings, as PyTorch Geometric has them.

    Attributes:
        out_channels: size of an embedding.
    """

    out_channels: int

    def __call__(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Embeddings, [num_nodes, out_channels], of features [num_nodes, num_features]."""
