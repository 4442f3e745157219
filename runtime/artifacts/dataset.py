"""Dataset: rows with an id, a label and a domain, and tensors aligned with them."""

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
class Dataset(Artifact):
    """Examples of a study: rows with an id, a label and a domain, and tensors aligned with them.

    Attributes:
        rows: one row an example. Column `id` (string, unique, kept by every split) always;
            `label` (int64, an index into `classes`; of regression float64, or lists of it, and
            no classes) unless labels are hidden or absent;
            `domain` (string) where examples have one; more columns as a family needs them.
        tensors: by name, first dimension aligned with `rows`. `x` is the model's input; `targets`
            are soft labels; `tokens` are sequences, padded with 0, and `answer` marks the tokens in
            them that are to be predicted.
        classes: names of the classes, in label order.
        notes: anything else about the data that JSON can hold.
    """

    large = heavy = holds_rows = True

    rows: pa.Table
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.rows.num_rows

    @property
    def x(self) -> Tensor:
        """The inputs, [num_rows, ...]."""
        return self.tensors["x"]

    @property
    def labels(self) -> Tensor:
        """The labels, [num_rows], int64.

        Raises:
            ValueError: this data has no labels, or they are hidden from the operator.
        """
        if "label" not in self.rows.column_names:
            raise ValueError("this data has no labels that the operator may see")
        return torch.from_numpy(self.rows["label"].to_numpy().copy())

    @property
    def domains(self) -> np.ndarray:
        """The domain of each row, [num_rows], strings."""
        if "domain" not in self.rows.column_names:
            raise ValueError("this data has no column `domain`")
        return np.asarray(self.rows["domain"].to_pylist(), dtype=object)

    @property
    def domain_names(self) -> tuple[str, ...]:
        """The domains present, in order of first appearance."""
        return tuple(dict.fromkeys(self.domains.tolist()))

    def take(self, index: Sequence[int] | np.ndarray) -> Self:
        """The rows at these positions, in this order."""
        index = np.asarray(index, dtype=np.int64)
        chosen = torch.from_numpy(index)
        return replace(
            self,
            rows=self.rows.take(pa.array(index)),
            tensors={name: tensor[chosen] for name, tensor in self.tensors.items()},
        )

    def without_labels(self) -> Self:
        """The same rows with all that answers removed: what adaptation at test time may see.

        That is the column `label`, the tensor `targets` (soft labels) and, in sequences whose
        answers are marked (`answer`), the answers' tokens, the mark, and the column `text`.
        """
        hidden = {"label"} | ({"text"} if "answer" in self.tensors else set())
        tensors = {name: value for name, value in self.tensors.items() if name not in ("targets", "answer")}
        if "answer" in self.tensors and "tokens" in tensors:
            tensors["tokens"] = tensors["tokens"].masked_fill(self.tensors["answer"].bool(), 0)
        kept = [name for name in self.rows.column_names if name not in hidden]
        return replace(self, rows=self.rows.select(kept), tensors=tensors)

    def save(self, folder: Path) -> None:
        write_columns(self.rows, folder / "rows.parquet")
        if self.tensors:
            tensors = {name: self.tensors[name].contiguous() for name in sorted(self.tensors)}
            save_file(tensors, folder / "tensors.safetensors")
        about = {"classes": list(self.classes), "notes": dict(self.notes)}
        (folder / "dataset.json").write_text(json.dumps(about, indent=1, sort_keys=True))

    @classmethod
    def load(cls, folder: Path) -> Self:
        if not (folder / "dataset.json").is_file():
            raise ValueError(f"{folder.name} holds no dataset.json")
        about = json.loads((folder / "dataset.json").read_text())
        tensors = folder / "tensors.safetensors"
        return cls(
            rows=read_columns(folder / "rows.parquet"),
            tensors=load_file(tensors) if tensors.is_file() else {},
            classes=tuple(about["classes"]),
            notes=about["notes"],
        )
