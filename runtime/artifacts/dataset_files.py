"""The files of a dataset: whole where it is small, else links to those of its base, and an index over them.

Rows and tensors are three files: `rows.parquet`, `tensors.safetensors`, and `dataset.json` with classes and
notes. Data that hold more, or are rows of a base, say in `dataset.json` which file holds what (`format: 2`),
and which column of `index.parquet` has the places of their rows in it. All files lie in the folder; those of
a base are hard links where the file system has such, so that a split of any size costs its index. A base's
files hold all its rows: what is hidden is hidden from operators, which see what `load` gives, and where a
column of `rows` is hidden the folder has a file of rows of its own.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from heldout.runtime.artifacts.columns import read_columns, write_columns
from heldout.runtime.artifacts.dataset_rows import TakenRows
from heldout.runtime.artifacts.encoded import Encoded
from heldout.runtime.artifacts.mapped_arrow import is_long, map_stream, write_table
from heldout.runtime.artifacts.sequences import Sequences
from heldout.runtime.artifacts.stored_file import StoredFile
from heldout.runtime.artifacts.tensors import TakenTensor, Tensors
from heldout.runtime.files import link_or_copy

if TYPE_CHECKING:
    from heldout.runtime.artifacts.dataset import Dataset

FORMAT = 2
WHOLE_BYTES = 2**20  # data of fewer hold their own rows and no others: a store packs them
ABOUT, ROWS, INDEX, TENSORS = "dataset.json", "rows.parquet", "index.parquet", "tensors.safetensors"
SEQUENCES = "sequences.safetensors"
VALUES, OFFSETS = ".values", ".offsets"
MAPPED_ROWS = "rows.arrow"
SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")


Where = dict[str, str]  # `file`, and `index` where not all of it is taken in its order


class Found(NamedTuple):
    """What a folder holds, mapped."""

    rows: TakenRows
    tensors: Tensors
    encoded: Mapping[str, Encoded]
    sequences: Mapping[str, Sequences]
    classes: tuple[str, ...]
    notes: Mapping[str, Any]


class _Writer:
    """Fills a folder: links each file of a base once, writes each index once."""

    def __init__(self, folder: Path, *, links: bool) -> None:
        self.folder = folder
        self._links = links
        self._linked: dict[StoredFile, str] = {}
        self._indices: dict[int, str] = {}  # by the id of the positions, which `_columns` keeps
        self._columns: list[np.ndarray] = []
        self.names: set[str] = {ABOUT}

    def linked(self, source: StoredFile | None, index: np.ndarray | None) -> Where | None:
        """Say where something lies that a file of a base holds; None: it is to be written."""
        if source is None or not self._links or not source.is_there:
            return None
        if source not in self._linked:
            self._linked[source] = self.free(source.path.name)
            link_or_copy(source.path, self.folder / self._linked[source])
        where = {"file": self._linked[source]}
        if index is None:
            return where
        if id(index) not in self._indices:
            self._indices[id(index)] = str(len(self._columns))
            self._columns.append(index)
        return where | {"index": self._indices[id(index)]}

    @property
    def has_links(self) -> bool:
        """Whether a file of a base was linked."""
        return bool(self._linked)

    def free(self, name: str) -> str:
        """A file's name, or with a number before it where it is taken."""
        if not SAFE.fullmatch(name):
            raise ValueError(f"{name!r} names no file of a dataset; write letters, digits, _, - and .")
        number = 1
        found = name
        while found in self.names or found == INDEX:
            number += 1
            found = f"{number}-{name}"
        self.names.add(found)
        return found

    def write_indices(self) -> None:
        """Write the positions, a few bits each where they rise."""
        if not self._columns:
            return
        table = pa.table({str(number): column for number, column in enumerate(self._columns)})
        pq.write_table(
            table,
            self.folder / INDEX,
            compression="zstd",
            use_dictionary=False,
            column_encoding="DELTA_BINARY_PACKED",
            store_schema=False,
        )


def save(data: "Dataset", rows: TakenRows, folder: Path) -> None:
    """Write a dataset into an empty folder.

    Args:
        data: the dataset.
        rows: its rows, and where they came from.
        folder: to fill.
    """
    writer = _Writer(folder, links=data.nbytes >= WHOLE_BYTES)
    where = {
        "rows": writer.linked(rows.source, rows.positions) or _save_rows(data, writer),
        "tensors": _save_tensors(Tensors.of(data.tensors), writer),
        "encoded": {name: _save_encoded(name, data.encoded[name], writer) for name in sorted(data.encoded)},
        "sequences": _save_sequences(data.sequences, writer),
    }
    writer.write_indices()
    about: dict[str, Any] = {"classes": list(data.classes), "notes": dict(data.notes)}
    if not writer.names <= {ABOUT, ROWS, TENSORS} or writer.has_links:
        about |= {"format": FORMAT, "num_rows": len(data), **where}
    (folder / ABOUT).write_text(json.dumps(about, indent=1, sort_keys=True))


def _save_rows(data: "Dataset", writer: _Writer) -> Where:
    if data.nbytes >= WHOLE_BYTES and is_long(data.rows):
        file = writer.free(MAPPED_ROWS)
        write_table(data.rows, writer.folder / file)
    else:
        file = writer.free(ROWS)
        write_columns(data.rows, writer.folder / file)
    return {"file": file}


def _save_tensors(tensors: Tensors, writer: _Writer) -> dict[str, Where]:
    found: dict[str, Where] = {}
    written: dict[str, Tensor] = {}
    for name, member in sorted(tensors.members.items()):
        if (where := writer.linked(member.source, member.positions)) is not None:
            found[name] = where
        else:
            written[name] = member.tensor().contiguous()
    return found | _save_file(written, TENSORS, list(written), writer)


def _save_encoded(name: str, encoded: Encoded, writer: _Writer) -> Where:
    where = writer.linked(encoded.source, encoded.positions)
    if where is None:
        where = {"file": writer.free(f"encoded-{name}.arrow")}
        encoded.save(writer.folder / where["file"])
    return where


def _save_sequences(sequences: Mapping[str, Sequences], writer: _Writer) -> dict[str, Where]:
    found: dict[str, Where] = {}
    written: dict[str, Tensor] = {}
    for name, one in sorted(sequences.items()):
        if (where := writer.linked(one.source, one.positions)) is not None:
            found[name] = where
        else:
            own = one.compact()
            written |= {name + VALUES: own.values.contiguous(), name + OFFSETS: own.offsets.contiguous()}
    return found | _save_file(written, SEQUENCES, [name for name in sequences if name not in found], writer)


def _save_file(
    written: dict[str, Tensor], name: str, members: list[str], writer: _Writer
) -> dict[str, Where]:
    if not written:
        return {}
    file = writer.free(name)
    save_file(written, writer.folder / file)
    return {member: {"file": file} for member in members}


def load(folder: Path) -> Found:
    """Map what `save` wrote, of this version or before.

    Raises:
        ValueError: the folder holds no dataset, or a file of it says what cannot be.
    """
    if not (folder / ABOUT).is_file():
        raise ValueError(f"{folder.name} holds no {ABOUT}")
    about = json.loads((folder / ABOUT).read_text())
    classes, notes = tuple(about["classes"]), about["notes"]
    if "format" not in about:
        rows, path = _rows(folder, ROWS), folder / TENSORS
        tensors = _Files(folder, {}).tensors(TENSORS) if path.is_file() else {}
        return Found(rows, Tensors(tensors), {}, {}, classes, notes)
    if about["format"] != FORMAT:
        raise ValueError(f"{folder.name} is of format {about['format']!r}; this version reads {FORMAT}")
    try:
        return _mapped(folder, about, classes, notes)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{ABOUT} does not say what the files are: {error!r}") from error


def _mapped(folder: Path, about: Mapping[str, Any], classes: tuple[str, ...], notes: Any) -> Found:
    files = _Files(folder, _indices(folder))
    base = _rows(folder, files.name(about["rows"]))
    rows = TakenRows(base.base, files.index(about["rows"], len(base), "rows"), base.source)
    tensors = {}
    for name, where in about["tensors"].items():
        held = files.tensors(files.name(where))
        if name not in held:
            raise ValueError(f"{where['file']} has no tensor {name!r}")
        one = held[name]
        tensors[name] = TakenTensor(one.base, files.index(where, len(one), name), one.source)
    encoded = {}
    for name, where in about["encoded"].items():
        whole = Encoded.load(folder / files.name(where))
        index = files.index(where, len(whole), name)
        encoded[name] = Encoded(whole.contents, whole.media, index, whole.source)
    sequences = {}
    for name, where in about["sequences"].items():
        held = files.tensors(files.name(where))
        if not {name + VALUES, name + OFFSETS} <= held.keys():
            raise ValueError(f"{where['file']} has no sequences {name!r}")
        values, offsets = held[name + VALUES], held[name + OFFSETS].base
        index = files.index(where, max(len(offsets) - 1, 0), name)
        sequences[name] = Sequences(values.base, offsets, index, values.source)
    found = Found(rows, Tensors(tensors), encoded, sequences, classes, notes)
    parts: list[tuple[str, Any]] = [*found.tensors.members.items(), *encoded.items(), *sequences.items()]
    for name, part in [("rows", rows), *parts]:
        if len(part) != about["num_rows"]:
            raise ValueError(f"{name} has {len(part)} rows, the dataset {about['num_rows']!r}")
    return found


class _Files:
    """The files of a folder, each opened once."""

    def __init__(self, folder: Path, indices: Mapping[str, np.ndarray]) -> None:
        self._folder = folder
        self._indices = indices
        self._tensors: dict[str, dict[str, TakenTensor]] = {}

    def name(self, where: Mapping[str, Any]) -> str:
        """The name of a file in the folder.

        Raises:
            ValueError: it is elsewhere, or not there.
        """
        name = where["file"]
        if not isinstance(name, str) or not SAFE.fullmatch(name):
            raise ValueError(f"{name!r} names no file of a dataset")
        if not (self._folder / name).is_file():
            raise ValueError(f"{self._folder.name} holds no {name}")
        return name

    def index(self, where: Mapping[str, Any], num_rows: int, what: str) -> np.ndarray | None:
        """The positions that something is at in its file; None: all of it is taken.

        Raises:
            ValueError: there are none of this name, or one is outside.
        """
        if "index" not in where:
            return None
        index = self._indices[where["index"]]
        if len(index) and not 0 <= int(index.min()) <= int(index.max()) < num_rows:
            raise ValueError(
                f"the index of {what} goes from {index.min()} to {index.max()}, and there are {num_rows} rows"
            )
        return index

    def tensors(self, name: str) -> dict[str, TakenTensor]:
        """The tensors of a file, mapped: a page is read when a value on it is."""
        if name not in self._tensors:
            path = self._folder / name
            source = StoredFile.at(path)
            try:
                found = load_file(path)
            except SafetensorError as error:
                raise ValueError(f"{name} holds no tensors that can be read: {error}") from error
            self._tensors[name] = {key: TakenTensor(one, None, source) for key, one in found.items()}
        return self._tensors[name]


def _rows(folder: Path, name: str) -> TakenRows:
    path = folder / name
    table = map_stream(path) if path.suffix == ".arrow" else read_columns(path)
    return TakenRows(table, None, StoredFile.at(path))


def _indices(folder: Path) -> dict[str, np.ndarray]:
    if not (folder / INDEX).is_file():
        return {}
    try:
        table = read_columns(folder / INDEX)
        return {name: _positions(table.column(name)) for name in table.column_names}
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{INDEX} cannot be read: {error}") from error


def _positions(column: "pa.ChunkedArray[Any]") -> np.ndarray:
    if column.type != pa.int64() or column.null_count:
        raise ValueError(f"{INDEX} holds {column.type}; positions are int64, none missing")
    positions: np.ndarray = column.to_numpy().copy()  # which PyTorch wants to be writable
    return positions
