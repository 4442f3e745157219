"""Files as they are, such as pictures in JPEG, one a row: mapped from one file, decoded where used."""

import bisect
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, overload

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts.mapped_arrow import BATCH_BYTES, BATCH_ROWS, map_stream, write_stream
from heldout.runtime.artifacts.positions import Chosen
from heldout.runtime.artifacts.stored_file import StoredFile

ABOUT = b"heldout"  # key of our own words in a schema's metadata
HUGGING_FACE = b"huggingface"  # key of the features that `datasets` reads
FEATURES = {"image": "Image", "audio": "Audio"}
MODES = ("rgb", "grey")


class Media(NamedTuple):
    """What the files are.

    Attributes:
        kind: image or audio.
        mode: of images, how they are meant to be decoded: rgb (3 channels) or grey (1 channel).
        shape: what each of them is decoded to, [channels, height, width]; None where they differ.
    """

    kind: Literal["image", "audio"] = "image"
    mode: Literal["rgb", "grey"] = "rgb"
    shape: tuple[int, ...] | None = None


class Contents(Protocol):
    """Where the bytes are: `ArrowContents` in a table, others in files of a user's."""

    def __len__(self) -> int: ...

    def read(self, position: int) -> bytes:
        """The bytes of one file."""
        ...

    def sizes(self) -> np.ndarray:
        """The bytes that each file has, [num_files], int64."""
        ...


class ArrowContents:
    """Bytes in a table, whose column is a struct with a field `bytes`, as Hugging Face's images are."""

    def __init__(self, column: "pa.ChunkedArray[Any]") -> None:
        """Take a column.

        Raises:
            ValueError: it has no such field, or a row has no bytes.
        """
        kind: Any = column.type
        if not pa.types.is_struct(kind) or kind.get_field_index("bytes") < 0:
            raise ValueError(f"encoded files are structs with a field `bytes`, not {kind}")
        if not (pa.types.is_binary(kind.field("bytes").type)):
            raise ValueError(f"encoded files are binary, not {kind.field('bytes').type}")
        self._chunks: list[Any] = [_field(chunk) for chunk in column.chunks if len(chunk)]
        if any(chunk.null_count for chunk in self._chunks) or column.null_count:
            raise ValueError("rows of encoded files have no bytes")
        self._starts = np.cumsum([0, *map(len, self._chunks)]).tolist()

    def __len__(self) -> int:
        return int(self._starts[-1])

    def read(self, position: int) -> bytes:
        chunk = bisect.bisect_right(self._starts, position) - 1
        content: bytes = self._chunks[chunk][position - self._starts[chunk]].as_py()
        return content

    def sizes(self) -> np.ndarray:
        parts = []
        for chunk in self._chunks:
            offsets = np.frombuffer(chunk.buffers()[1], np.int32)
            parts.append(np.diff(offsets[chunk.offset : chunk.offset + len(chunk) + 1]))
        return np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64)


class JoinedContents:
    """The bytes of several columns of files, one after the other."""

    def __init__(self, parts: "Sequence[Encoded]") -> None:
        self._parts = list(parts)
        self._starts = np.cumsum([0, *map(len, parts)]).tolist()

    def __len__(self) -> int:
        return int(self._starts[-1])

    def read(self, position: int) -> bytes:
        part = bisect.bisect_right(self._starts, position) - 1
        content: bytes = self._parts[part][position - self._starts[part]]
        return content

    def sizes(self) -> np.ndarray:
        return np.concatenate([part.sizes() for part in self._parts])


def _field(chunk: Any) -> Any:
    return chunk.field("bytes")


class Encoded(Sequence[bytes]):
    """The bytes of one file a row: `data.encoded["image"][3]` is the fourth row's picture, as it was written.

    Nothing is read but the bytes that are asked for. Processes that are forked, as the DataLoader's workers
    are, share what is mapped; those that are spawned map the file anew.

    Attributes:
        contents: of the base.
        media: what they are.
        positions: those of the rows in the base; None is all of them.
        source: the file that they are mapped from, if any.
    """

    def __init__(
        self,
        contents: Contents,
        media: Media,
        positions: np.ndarray | None = None,
        source: StoredFile | None = None,
    ) -> None:
        self.contents, self.media, self.positions, self.source = contents, media, positions, source

    @classmethod
    def of(cls, files: Iterable[bytes], media: Media) -> "Encoded":
        """Files that are in memory."""
        table = pa.Table.from_batches(_batches(files, media), _schema(media))
        return cls(ArrowContents(table.column(0)), media)

    @classmethod
    def spooled(cls, files: Iterable[bytes], media: Callable[[], Media]) -> "Encoded":
        """Files that come one after another, laid down in a temporary file that nothing names any more.

        Args:
            files: so many as they are.
            media: what they were, asked when all have come.
        """
        with tempfile.TemporaryDirectory(prefix="heldout-") as folder:
            path = Path(folder, "encoded.arrow")
            write_stream(path, _schema(Media()), _batches(files, Media()))
            return cls(ArrowContents(map_stream(path).column(0)), media())

    @classmethod
    def joined(cls, parts: "Sequence[Encoded]") -> "Encoded":
        """The files of several, one after the other; nothing is copied until they are written.

        Raises:
            ValueError: they are of several kinds or modes.
        """
        if len({part.media[:2] for part in parts}) > 1:
            raise ValueError("encoded files of several kinds or modes are no one column")
        shapes = {part.media.shape for part in parts}
        media = parts[0].media._replace(shape=shapes.pop() if len(shapes) == 1 else None)
        return cls(JoinedContents(parts), media)

    @classmethod
    def load(cls, path: Path) -> "Encoded":
        """Map what `save` wrote.

        Raises:
            ValueError: it is something else, or offsets in it lead outside.
        """
        table = map_stream(path)
        if table.num_columns != 1:
            raise ValueError(f"{path.name} has {table.num_columns} columns; encoded files are one")
        return cls(ArrowContents(table.column(0)), _media(table.schema, path.name), None, StoredFile.at(path))

    def save(self, path: Path) -> None:
        """Write these rows' files alone, in batches, as an Arrow stream that `datasets` opens as well."""
        write_stream(path, _schema(self.media), _batches(self, self.media))

    def __len__(self) -> int:
        return len(self.contents) if self.positions is None else len(self.positions)

    @overload
    def __getitem__(self, position: int) -> bytes: ...
    @overload
    def __getitem__(self, position: slice) -> "Encoded": ...
    def __getitem__(self, position: int | slice) -> "bytes | Encoded":
        if isinstance(position, slice):
            return self.take(Chosen(np.arange(len(self), dtype=np.int64)[position]))
        row = range(len(self))[position]
        return self.contents.read(row if self.positions is None else int(self.positions[row]))

    def __iter__(self) -> Iterator[bytes]:
        return (self[row] for row in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Encoded) or (len(self), self.media) != (len(other), other.media):
            return False
        return all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Encoded({len(self)} files, {self.media})"

    def __reduce__(self) -> "tuple[Callable[..., Encoded], tuple[Any, ...]]":
        if self.source is not None and self.source.is_there:
            return _mapped_anew, (self.source, self.positions)
        if isinstance(self.contents, ArrowContents):
            return Encoded.of, (list(self), self.media)
        return Encoded, (self.contents, self.media, self.positions)

    @property
    def nbytes(self) -> int:
        """What the rows' files take."""
        return int(self.sizes().sum())

    def sizes(self) -> np.ndarray:
        """The bytes of each row's file, [num_rows], int64."""
        sizes = self.contents.sizes()
        return sizes if self.positions is None else sizes[self.positions]

    def take(self, chosen: Chosen) -> "Encoded":
        """Rows of these rows; nothing is copied."""
        return Encoded(self.contents, self.media, chosen.of(self.positions), self.source)


def _mapped_anew(source: StoredFile, positions: np.ndarray | None) -> Encoded:
    whole = Encoded.load(source.path)
    return Encoded(whole.contents, whole.media, positions, whole.source)


def _schema(media: Media) -> pa.Schema:
    features = {media.kind: {"_type": FEATURES[media.kind]}}
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    about = {"kind": media.kind, "mode": media.mode, "shape": media.shape}
    metadata: dict[bytes | str, bytes | str] = {
        HUGGING_FACE: json.dumps({"info": {"features": features}}).encode(),
        ABOUT: json.dumps(about).encode(),
    }
    return pa.schema([pa.field(media.kind, kind)], metadata)


def _media(schema: pa.Schema, where: str) -> Media:
    try:
        about = json.loads((schema.metadata or {})[ABOUT])
        kind, mode, shape = about["kind"], about["mode"], about["shape"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{where} does not say what it holds") from error
    sides = shape is None or (
        isinstance(shape, list) and len(shape) == 3 and all(type(n) is int and 0 < n < 2**16 for n in shape)
    )
    if kind not in FEATURES or mode not in MODES or not sides:
        raise ValueError(f"{where} holds {str(about)[:200]}, which is no kind of file that is known")
    return Media(kind, mode, None if shape is None else tuple(shape))


def _batches(files: Iterable[bytes], media: Media) -> Iterator[pa.RecordBatch]:
    """Batches of whole files: which are together is by their number and sizes alone."""
    schema, waiting, size = _schema(media), list[bytes](), 0
    for content in files:
        waiting.append(content)
        size += len(content)
        if len(waiting) == BATCH_ROWS or size >= BATCH_BYTES:
            yield _batch(waiting, schema)
            waiting, size = [], 0
    if waiting:
        yield _batch(waiting, schema)


def _batch(files: list[bytes], schema: pa.Schema) -> pa.RecordBatch:
    fields: list[Any] = [pa.array(files, pa.binary()), pa.nulls(len(files), pa.string())]
    kind: Any = schema.field(0).type
    column = pa.StructArray.from_arrays(fields, fields=list(kind))
    return pa.record_batch([column], schema=schema)
