"""Features that are missing."""

from dataclasses import replace
from typing import Annotated

import numpy as np
import torch
from pydantic import Field

from heldout.runtime.artifacts import Graph
from heldout.runtime.component import component


@component
def feature_mask(
    graph: Graph,
    strength: float,
    rng: np.random.Generator,
    *,
    share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.7,
) -> Graph:
    """Some features are 0 for all nodes.

    Zheng et al. 2024, "Online GNN Evaluation Under Test-time Graph Distribution Shifts"
    (arXiv:2403.09953), section 3.1, feature masking; the authors' code masks 10 to 70 % of them.
    Differs from the paper: nothing.

    Args:
        share: of the features that are masked at strength 1, each by itself.
    """
    masked = torch.from_numpy(rng.random(graph.x.shape[1]) < strength * share)
    return replace(graph, x=graph.x.masked_fill(masked, 0.0))
