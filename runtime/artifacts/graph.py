"""Graph: nodes with an id, a label and features, and the edges between them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from heldout.runtime.artifacts.artifact import Artifact
from heldout.runtime.artifacts.columns import read_columns, write_columns


@dataclass(frozen=True)
class Graph(Artifact):
    """One graph, whose nodes are the examples.

    Attributes:
        rows: one row a node. Column `id` (string, unique, kept by every split) always; `label`
            (int64, an index into `classes`; null where this part of a split does not know it)
            unless labels are hidden or absent; `domain` (string) where nodes have one.
        x: the nodes' features, [num_nodes, num_features], float32.
        edge_index: from row to row, [2, num_edges], int64; an undirected edge stands in both
            directions.
        classes: names of the classes, in label order.
        notes: anything else about the graph that JSON can hold.
    """

    large = heavy = holds_rows = True

    rows: pa.Table
    x: Tensor
    edge_index: Tensor
    classes: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.rows.num_rows

    @property
    def labelled(self) -> np.ndarray:
        """Positions of the nodes whose label is known here, int64.

        Raises:
            ValueError: this graph has no labels, or they are hidden from the operator.
        """
        if "label" not in self.rows.column_names:
            raise ValueError("this graph has no labels that the operator may see")
        return np.flatnonzero(self.rows["label"].is_valid().to_numpy())

    @property
    def labels(self) -> Tensor:
        """The labels of the nodes in `labelled`, [num_labelled], int64."""
        positions = self.labelled
        known = self.rows["label"].take(pa.array(positions))
        return torch.from_numpy(known.to_numpy().astype(np.int64))

    def induced(self, index: Sequence[int] | np.ndarray) -> Self:
        """The graph of the nodes at these positions, in this order, and the edges among them."""
        index = np.asarray(index, dtype=np.int64)
        place = torch.full((len(self),), -1, dtype=torch.int64)
        place[torch.from_numpy(index)] = torch.arange(len(index))
        moved = place[self.edge_index]
        return replace(
            self,
            rows=self.rows.take(pa.array(index)),
            x=self.x[torch.from_numpy(index)],
            edge_index=moved[:, (moved >= 0).all(0)],
        )

    def without_labels(self) -> Self:
        """The same nodes and edges with the labels removed: all that adaptation may see."""
        hidden = [name for name in self.rows.column_names if name == "label"]
        return replace(self, rows=self.rows.drop_columns(hidden))

    def save(self, folder: Path) -> None:
        write_columns(self.rows, folder / "nodes.parquet")
        tensors = {"edge_index": self.edge_index.contiguous(), "x": self.x.contiguous()}
        save_file(tensors, folder / "graph.safetensors")
        about = {"classes": list(self.classes), "notes": dict(self.notes)}
        (folder / "graph.json").write_text(json.dumps(about, indent=1, sort_keys=True))

    @classmethod
    def load(cls, folder: Path) -> Self:
        if not (folder / "graph.json").is_file():
            raise ValueError(f"{folder.name} holds no graph.json")
        about = json.loads((folder / "graph.json").read_text())
        tensors = load_file(folder / "graph.safetensors")
        return cls(
            rows=read_columns(folder / "nodes.parquet"),
            x=tensors["x"],
            edge_index=tensors["edge_index"],
            classes=tuple(about["classes"]),
            notes=about["notes"],
        )
