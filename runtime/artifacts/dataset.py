"""Dataset: rows with an id, a label and a domain, and tensors, files and sequences aligned with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch import Tensor

from heldout.runtime.artifacts import dataset_files
from heldout.runtime.artifacts.artifact import Artifact
from heldout.runtime.artifacts.dataset_rows import TakenRows
from heldout.runtime.artifacts.encoded import Encoded
from heldout.runtime.artifacts.positions import Chosen, Positions, positions_in
from heldout.runtime.artifacts.sequences import Sequences
from heldout.runtime.artifacts.tensors import Tensors

IMAGE = "image"  # of the encoded files that are decoded as the input


@dataclass(frozen=True)
class Dataset(Artifact):
    """Examples of a study: rows with an id, a label and a domain, and what is aligned with them.

    All of it may be mapped from files, and `take` is an index over it: of data larger than the memory, read
    what a batch needs (`at`, `encoded[name][position]`, `sequences[name][position]`, `column`), and ask for
    `input_shape` rather than for `x.shape`. `x` and other members of `tensors` are whole tensors, which a
    view gathers, and keeps, when they are asked for: for data that fit into the memory.

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
        encoded: by name, files as they are, one a row: `image` is a picture, the model's input where there is
            no tensor `x`.
        sequences: by name, sequences without padding, one a row: `tokens` are those of a text, and `answer`
            marks the tokens in them that are to be predicted, as a sequence of the same length.
    """

    large = heavy = holds_rows = True

    rows: pa.Table
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    encoded: Mapping[str, Encoded] = field(default_factory=dict)
    sequences: Mapping[str, Sequences] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.__dict__["tensors"] = Tensors.of(self.tensors)
        self.__dict__["_rows"] = TakenRows(self.rows)

    if not TYPE_CHECKING:  # a checker takes `rows` for what it is declared as

        def __getattr__(self, name: str) -> Any:
            """The rows of a view, which are taken when they are first asked for."""
            if name != "rows" or "_rows" not in self.__dict__:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            return self.__dict__.setdefault("rows", self.__dict__["_rows"].table())

    def __len__(self) -> int:
        return len(self._taken)

    @property
    def _taken(self) -> TakenRows:
        taken: TakenRows = self.__dict__["_rows"]
        return taken

    @property
    def _tensors(self) -> Tensors:
        return Tensors.of(self.tensors)

    @property
    def x(self) -> Tensor:
        """The inputs, [num_rows, ...]: the tensor `x`, else the encoded pictures, all of them decoded.

        Raises:
            ValueError: the pictures are of several sizes, or there are neither.
        """
        if "x" in self.tensors:
            return self.tensors["x"]
        if "_x" not in self.__dict__:
            with torch.inference_mode(False):  # it is kept, and others may train on it
                self.__dict__["_x"] = self.at("x", np.arange(len(self)))
        decoded: Tensor = self.__dict__["_x"]
        return decoded

    @property
    def input_shape(self) -> tuple[int, ...] | None:
        """The shape of one row's input, of which nothing is read; None: encoded pictures of several sizes.

        Raises:
            ValueError: the data have no input.
        """
        if "x" in self.tensors:
            return self._tensors.shape("x")[1:]
        return self._pictures().media.shape

    def at(self, name: str, positions: Positions) -> Tensor:
        """Some rows of a tensor, [len(positions), ...], a copy; nothing else of it is read.

        Args:
            name: of the tensor; `x` of encoded pictures is what they decode to.
            positions: of the rows, from 0.

        Raises:
            IndexError: there is no such row.
            ValueError: there is no such tensor, or the pictures are of several sizes.
        """
        if name in self.tensors:
            return self._tensors.at(name, positions)
        if name != "x":
            raise ValueError(f"there is no tensor {name!r}; there are {', '.join(self.tensors) or 'none'}")
        from heldout.runtime.pictures.files import image_tensor  # Pillow, where pictures are decoded

        pictures = self._pictures()
        if (shape := pictures.media.shape) is None:
            raise ValueError(
                "these pictures are of several sizes, so that they are no one tensor; import them with "
                "`resize`, or transform each as it is read"
            )
        chosen = positions_in(positions, len(self))
        found = torch.empty((len(chosen), *shape))
        for place, row in enumerate(chosen.tolist()):
            picture = image_tensor(pictures[row], f"picture {row}", None, pictures.media.mode)
            if tuple(picture.shape) != shape:
                raise ValueError(f"picture {row} is {list(picture.shape)}, the data say {list(shape)}")
            found[place] = picture
        return found

    def _pictures(self) -> Encoded:
        found = self.encoded.get(IMAGE)
        if found is None or found.media.kind != IMAGE:
            there = ", ".join([*self.tensors, *self.encoded, *self.sequences]) or "no tensors at all"
            raise ValueError(f"this data has no input `x` and no pictures; it has {there}")
        return found

    def column(self, name: str) -> "pa.ChunkedArray[Any]":
        """One column of the rows; of a view the others are not taken.

        Raises:
            KeyError: there is none.
        """
        return self.__dict__["rows"].column(name) if "rows" in self.__dict__ else self._taken.column(name)

    @property
    def column_names(self) -> list[str]:
        """The columns of the rows."""
        return self._taken.base.column_names

    @property
    def labels(self) -> Tensor:
        """The labels, [num_rows], int64.

        Raises:
            ValueError: this data has no labels, or they are hidden from the operator.
        """
        if "label" not in self.column_names:
            raise ValueError("this data has no labels that the operator may see")
        return torch.from_numpy(self.column("label").to_numpy().copy())

    @property
    def domains(self) -> np.ndarray:
        """The domain of each row, [num_rows], strings."""
        if "domain" not in self.column_names:
            raise ValueError("this data has no column `domain`")
        column = self.column("domain")
        if column.null_count or not pa.types.is_string(column.type):
            return np.asarray(column.to_pylist(), dtype=object)
        coded: Any = column.combine_chunks().dictionary_encode()
        names: np.ndarray = np.asarray([*coded.dictionary.to_pylist(), None], dtype=object)[:-1]
        found: np.ndarray = names.take(coded.indices.to_numpy())
        return found

    @property
    def domain_names(self) -> tuple[str, ...]:
        """The domains present, in order of first appearance."""
        if "domain" not in self.column_names:
            raise ValueError("this data has no column `domain`")
        names: list[Any] = pc.unique(self.column("domain")).to_pylist()
        return tuple(names)

    @property
    def nbytes(self) -> int:
        """What the rows and all beside them take, in memory or in files, gathered or not."""
        parts: list[Tensors | Encoded | Sequences] = [
            self._tensors,
            *self.encoded.values(),
            *self.sequences.values(),
        ]
        return self._taken.nbytes + sum(part.nbytes for part in parts)

    @property
    def held(self) -> tuple[Tensor, ...]:
        """The tensors there are, without gathering one: what an operator may have changed in place."""
        return (*self._tensors.held, *(one for found in self.sequences.values() for one in found.held))

    def take(self, index: Positions) -> Self:
        """The rows at these positions, in this order: an index over these, and no copy.

        Raises:
            IndexError: there is no such row.
        """
        chosen = Chosen(positions_in(index, len(self)))
        return self._renewed(
            _rows=self._taken.take(chosen),
            tensors=self._tensors.take(chosen),
            encoded={name: found.take(chosen) for name, found in self.encoded.items()},
            sequences={name: found.take(chosen) for name, found in self.sequences.items()},
        )

    def without(self, names: Iterable[str]) -> Self:
        """The same rows without some columns, tensors, files or sequences; nothing is copied."""
        hidden = set(names)
        return self._renewed(
            _rows=self._taken.select([name for name in self.column_names if name not in hidden]),
            tensors=self._tensors.without(hidden),
            encoded={name: found for name, found in self.encoded.items() if name not in hidden},
            sequences={name: found for name, found in self.sequences.items() if name not in hidden},
        )

    def without_labels(self) -> Self:
        """The same rows with all that answers removed: what adaptation at test time may see.

        That is the column `label`, the tensor `targets` (soft labels), conversations (the column
        `messages`), which hold what is answered, and, in sequences whose answers are marked (`answer`),
        the answers' tokens, the mark, and the column `text`.
        """
        marked = "answer" in self.tensors or "answer" in self.sequences
        hidden = {"label", "targets", "answer", "messages"}
        kept = self.without(hidden | {"text"} if marked else hidden)
        tensors, sequences = kept._tensors, dict(kept.sequences)
        if "answer" in self.tensors and "tokens" in tensors:
            tokens = self.tensors["tokens"].masked_fill(self.tensors["answer"].bool(), 0)
            tensors = tensors | {"tokens": tokens}
        if "answer" in self.sequences and "tokens" in sequences:
            sequences["tokens"] = sequences["tokens"].masked(self.sequences["answer"])
        return kept._renewed(tensors=tensors, sequences=sequences)

    def _renewed(self, **changes: Any) -> Self:
        """This with other members; rows that were taken already are kept where none of theirs changed."""
        whole = {one.name: self.__dict__[one.name] for one in fields(self) if one.name in self.__dict__}
        if "_rows" in changes:
            whole.pop("rows", None)
        else:
            whole["_rows"] = self._taken
        made = object.__new__(type(self))
        made.__dict__.update(whole | changes)
        return made

    def save(self, folder: Path) -> None:
        dataset_files.save(self, self._taken, folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        found = dataset_files.load(folder)
        made = cls(
            rows=found.rows.base if found.rows.positions is None else _NONE,
            tensors=found.tensors,
            classes=found.classes,
            notes=found.notes,
            encoded=found.encoded,
            sequences=found.sequences,
        )
        return made._renewed(_rows=found.rows)


_NONE = pa.table({})
