"""The same vector added to the features of all nodes."""

from dataclasses import replace
from typing import Annotated

import numpy as np
import torch
from pydantic import Field

from heldout.runtime.artifacts import Graph
from heldout.runtime.component import component


@component
def mean_shift(
    graph: Graph,
    strength: float,
    rng: np.random.Generator,
    *,
    deviations: Annotated[float, Field(ge=0.0)] = 2.0,
) -> Graph:
    """All nodes' features move by one vector of random direction: covariate shift of the mean.

    Shimodaira 2000, "Improving predictive inference under covariate shift" (Journal of Statistical
    Planning and Inference 90:227), section 2, in its simplest case.
    Differs from the paper: of a graph's nodes, whose classes and edges stay as they are.

    Args:
        deviations: root mean square of the vector over the features at strength 1, in standard
            deviations of all the graph's features.
    """
    direction = rng.normal(size=graph.x.shape[1])
    direction *= np.sqrt(len(direction)) / np.linalg.norm(direction)
    return replace(
        graph,
        x=graph.x + strength * deviations * graph.x.std() * torch.from_numpy(direction.astype(np.float32)),
    )
