"""A graph from the Hugging Face hub."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import torch

from heldout.runtime.artifacts import Graph
from heldout.runtime.artifacts.columns import read_columns
from heldout.runtime.hub.snapshot import Commit, Repository, snapshot
from heldout.runtime.operator import Apart, operator
from heldout.runtime.rows.columns import feature_tensor, known_columns, labels_of, said_of
from heldout.runtime.rows.parquet import in_words


@operator(network=True, seconds=60.0)
def huggingface_graph(
    *,
    repository: Repository,
    revision: Commit,
    nodes: str,
    id: Annotated[str, Apart("features")],
    label: Annotated[str, Apart("features")],
    neighbours: str | None = None,
    edges: str | None = None,
    source: str = "source",
    target: str = "target",
    features: list[str] | None = None,
) -> Graph:
    """A graph whose nodes, and whose edges or neighbours, are Parquet files of one commit of a hub dataset.

    Code in the repository never runs; nothing needs the hub after this. Edges are taken to be
    undirected.

    Args:
        repository: `owner/name` on the hub.
        revision: the commit, 40 hexadecimal digits.
        nodes: the file of the nodes in the repository, such as `nodes/train/0000.parquet`.
        id: column of the nodes' names; numbers are written as text.
        label: column of the label; classes are its values in ascending order.
        neighbours: column of the nodes that lists the names of each one's neighbours; give this
            or `edges`.
        edges: the file of the edges in the repository.
        source: its column of one end's name.
        target: its column of the other end's name.
        features: numeric columns of the nodes that make `x`, in this order; without it, all
            numeric columns that no other parameter names, in the file's order.

    Returns:
        nodes in the file's order; each edge in both directions, none from a node to itself.

    Raises:
        ValueError: not exactly one of `neighbours` and `edges` is given, a column is missing or
            has missing values, a node's name stands twice, or an edge names a node that is not
            there.
    """
    if (neighbours is None) == (edges is None):
        raise ValueError("give one of `neighbours` and `edges`")
    found = snapshot(repository, revision, "dataset", [nodes] if edges is None else [nodes, edges])
    table = _read(found, nodes)
    chosen = features or [
        field.name
        for field in table.schema
        if field.name not in (id, label, neighbours)
        and (pa.types.is_integer(field.type) or pa.types.is_floating(field.type))
    ]
    known_columns(table, [id, label, *chosen, *([neighbours] if neighbours else [])])
    if not chosen:
        raise ValueError(f"{nodes} has no numeric column to take features from")
    names = [str(name) for name in table[id].to_pylist()]
    if len(set(names)) < len(names):
        raise ValueError(f"column {id!r} names {len(names) - len(set(names))} nodes a second time")
    if neighbours is not None:
        lists: list[Any] = table[neighbours].to_pylist()
        first = [name for name, others in zip(names, lists, strict=True) for _ in others]
        second = [str(other) for others in lists for other in others]
    else:
        ends = _read(found, str(edges))
        known_columns(ends, [source, target])
        first, second = ([str(name) for name in ends[column].to_pylist()] for column in (source, target))
    labels, classes = labels_of(table, label)
    return Graph(
        rows=pa.table({"id": pa.array(names), "label": pa.array(labels)}),
        x=feature_tensor(table, chosen),
        edge_index=_both_directions(names, first, second),
        classes=classes,
        notes={"repository": repository, "revision": revision},
    )


def _read(found: dict[str, Path], name: str) -> pa.Table:
    if name not in found:
        raise ValueError(f"the repository has no file {name!r}; there are {', '.join(found)}")
    with said_of(name), in_words():
        return read_columns(found[name])


def _both_directions(names: Sequence[str], first: Sequence[str], second: Sequence[str]) -> torch.Tensor:
    place = {name: position for position, name in enumerate(names)}
    if strange := sorted({*first, *second} - place.keys()):
        raise ValueError(f"{len(strange)} ends of edges are no nodes, such as {strange[0]!r}")
    ends = np.array([[place[name] for name in side] for side in (first, second)], dtype=np.int64)
    ends = np.sort(ends.reshape(2, -1), axis=0)
    ends = np.unique(ends[:, ends[0] != ends[1]], axis=1)
    return torch.from_numpy(np.concatenate([ends, ends[::-1]], axis=1))
