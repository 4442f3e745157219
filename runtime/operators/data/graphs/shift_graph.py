"""A graph to test on, shifted from what it was."""

from typing import Annotated, Any

from pydantic import Field

from heldout.runtime.artifacts import Graph
from heldout.runtime.component import Choice, chosen
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream


@operator(seconds=0.02)
def shift_graph(
    graph: Graph,
    *,
    shift: Annotated[str | dict[str, Any], Choice("graph-shifts")],
    strength: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0,
    seed: int = 0,
) -> Annotated[Graph, Role.TEST]:
    """A graph's edges or features, shifted; its nodes and their labels are the same.

    Zheng et al. 2024, "Online GNN Evaluation Under Test-time Graph Distribution Shifts"
    (arXiv:2403.09953), section 3.1, simulates feature shifts of test graphs like this.
    Differs from the paper: shifts of the structure too; one strength for all kinds of shift.

    Args:
        graph: as it was drawn.
        shift: a component of graph-shifts.
        strength: from 0, the graph as it is, to 1, as far as the component's parameters go.
        seed: of the shift's own draws; with one seed, stronger shifts of features go farther in
            the same direction.

    Returns:
        the graph that is tested on.
    """
    shifted = chosen("graph-shifts", shift)
    result: Graph = shifted(graph, strength, numpy_stream(seed, "shift", shifted.name))
    return result
