"""Undirected edges, one column a pair, from an `edge_index` that has both directions, and back."""

import numpy as np
import torch
from torch import Tensor


def pairs_of(edge_index: Tensor) -> np.ndarray:
    """The pairs of different nodes that are joined, first the smaller, [2, num_pairs], in order."""
    ends = np.sort(edge_index.numpy(), axis=0)
    return np.unique(ends[:, ends[0] != ends[1]], axis=1)


def edge_index_of(pairs: np.ndarray) -> Tensor:
    """Both directions of each pair, [2, 2 num_pairs], int64; a pair that is there twice counts once."""
    pairs = np.unique(np.sort(pairs, axis=0), axis=1)
    return torch.from_numpy(np.concatenate([pairs, pairs[::-1]], axis=1).astype(np.int64))
