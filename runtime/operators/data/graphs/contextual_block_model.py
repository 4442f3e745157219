"""Random graphs with known homophily, density and feature noise."""

from typing import Annotated

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Graph
from heldout.runtime.operator import operator
from heldout.runtime.randomness import numpy_stream

Count = Annotated[int, Field(ge=1)]


@operator(seconds=0.02)
def contextual_block_model(
    *,
    num_nodes: Count = 300,
    num_classes: Annotated[int, Field(ge=2)] = 4,
    num_features: Count = 32,
    degree: Annotated[float, Field(gt=0.0)] = 8.0,
    homophily: Annotated[float, Field(ge=0.0, le=1.0)] = 0.8,
    separation: Annotated[float, Field(ge=0.0)] = 1.5,
    sample: str = "source",
    seed: int = 0,
) -> Graph:
    """A graph whose edges and whose node features both tell the classes apart, neither of them well.

    Deshpande et al. 2018, "Contextual Stochastic Block Models" (arXiv:1807.09596), section 2.
    Differs from the paper: several classes of equal size with a Gaussian mean each in place of
    two with opposite means; the edges of a class are given by degree and homophily.

    Args:
        num_nodes: nodes; classes differ in size by at most one.
        num_classes: classes.
        num_features: features of a node, a standard normal number around the class's mean each.
        degree: expected number of a node's neighbours.
        homophily: expected share of an edge's ends that are of one class; 1 / num_classes makes
            edges say nothing.
        separation: expected distance of a class's mean from the origin, in standard deviations
            of one feature.
        sample: which graph of those that share the classes' means; its name is the nodes' domain.
        seed: of the classes' means; of the nodes and edges together with `sample`.

    Returns:
        nodes `SAMPLE-0000042`; each edge in both directions, none from a node to itself, none
        twice.

    Raises:
        ValueError: a class would have fewer than two nodes, or the degree asks for more
            neighbours than a class has nodes.
    """
    if num_nodes < 2 * num_classes:
        raise ValueError(f"{num_nodes} nodes do not fill {num_classes} classes with two each")
    means = numpy_stream(seed, "means").normal(size=(num_classes, num_features))
    means *= separation / np.sqrt(num_features)
    rng = numpy_stream(seed, "graph", sample)
    label = rng.permutation(np.arange(num_nodes) % num_classes)
    x = means[label] + rng.normal(size=(num_nodes, num_features))
    same = num_nodes / num_classes - 1
    within, across = degree * homophily / same, degree * (1 - homophily) / (num_nodes - 1 - same)
    if max(within, across) > 1:
        raise ValueError(f"degree {degree} at homophily {homophily} asks for more neighbours than there are")
    first, second = np.triu_indices(num_nodes, k=1)
    drawn = rng.random(len(first)) < np.where(label[first] == label[second], within, across)
    pairs = np.stack([first[drawn], second[drawn]])
    columns = {
        "id": pa.array([f"{sample}-{node:07d}" for node in range(num_nodes)]),
        "label": pa.array(label.astype(np.int64)),
        "domain": pa.array([sample] * num_nodes),
    }
    return Graph(
        rows=pa.table(columns),
        x=torch.from_numpy(x.astype(np.float32)),
        edge_index=torch.from_numpy(np.concatenate([pairs, pairs[::-1]], axis=1)),
        classes=tuple(str(name) for name in range(num_classes)),
    )
