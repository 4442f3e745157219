"""Noise on the nodes' features."""

from dataclasses import replace
from typing import Annotated

import numpy as np
import torch
from pydantic import Field

from heldout.runtime.artifacts import Graph
from heldout.runtime.component import component


@component
def feature_noise(
    graph: Graph,
    strength: float,
    rng: np.random.Generator,
    *,
    deviations: Annotated[float, Field(ge=0.0)] = 2.0,
) -> Graph:
    """Gaussian noise is added to every feature of every node.

    Zheng et al. 2024, "Online GNN Evaluation Under Test-time Graph Distribution Shifts"
    (arXiv:2403.09953), section 3.1, feature perturbation.
    Differs from the paper: noise in the features' own standard deviation, where the authors' code
    takes 0.1 to 0.7 of features that are 0 or 1.

    Args:
        deviations: standard deviation of the noise at strength 1, in standard deviations of all
            the graph's features.
    """
    noise = torch.from_numpy(rng.normal(size=tuple(graph.x.shape)).astype(np.float32))
    return replace(graph, x=graph.x + strength * deviations * graph.x.std() * noise)
