"""Parts of a graph's nodes for training, choosing and testing."""

from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Graph
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream


class NodeSplit(NamedTuple):
    train: Annotated[Graph, Role.TRAIN]
    select: Annotated[Graph, Role.SELECT]
    test: Annotated[Graph, Role.TEST]


@operator(seconds=0.02)
def node_split(
    graph: Graph,
    *,
    select: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.2,
    test: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.2,
    edges: Literal["induced", "shared"] = "induced",
    seed: int = 0,
) -> NodeSplit:
    """The nodes of a graph in three parts, at random within each class.

    Hamilton et al. 2017, "Inductive Representation Learning on Large Graphs" (arXiv:1706.02216),
    section 4, and Yang et al. 2016, "Revisiting Semi-Supervised Learning with Graph Embeddings"
    (arXiv:1603.08861), section 4, for the two settings.
    Differs from the paper: parts are shares of each class and not published lists of nodes.

    Args:
        graph: with labels.
        select: share of each class, rounded, that goes to `select`.
        test: share of each class, rounded, that goes to `test`.
        edges: `induced` gives each part its own nodes and the edges among them (inductive);
            `shared` gives each part all nodes, features and edges, and the labels of its own
            nodes alone (transductive).
        seed: of the draw.

    Returns:
        train, select, test: each node's label is in exactly one of them.

    Raises:
        ValueError: a part would be empty.
    """
    labelled, labels = graph.labelled, graph.labels.numpy()
    parts: tuple[list[np.ndarray], ...] = ([], [], [])
    for label in np.unique(labels):
        members = labelled[labels == label]
        members = members[numpy_stream(seed, "nodes", str(label)).permutation(len(members))]
        ends = np.cumsum([round(select * len(members)), round(test * len(members))])
        for part, positions in zip(parts, np.split(members, ends), strict=True):
            part.append(positions)
    chosen, tested, trained = (np.sort(np.concatenate(part)) for part in parts)
    if not min(len(chosen), len(tested), len(trained)):
        raise ValueError(f"shares {select} and {test} leave a part of {len(labelled)} nodes empty")
    if edges == "induced":
        return NodeSplit(graph.induced(trained), graph.induced(chosen), graph.induced(tested))
    return NodeSplit(*(_with_labels_of(graph, part) for part in (trained, chosen, tested)))


def _with_labels_of(graph: Graph, positions: np.ndarray) -> Graph:
    hidden = np.ones(len(graph), dtype=bool)
    hidden[positions] = False
    column = graph.rows.column_names.index("label")
    values = graph.rows["label"].fill_null(pa.scalar(0, pa.int64())).to_numpy()
    return replace(graph, rows=graph.rows.set_column(column, "label", pa.array(values, mask=hidden)))
