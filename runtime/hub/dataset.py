"""A split of a hub dataset, from the files of one commit and from nothing else."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts.columns import listed

if TYPE_CHECKING:
    import datasets

_DATA_SUFFIXES = "parquet arrow csv tsv json jsonl md zip tar png jpg jpeg webp bmp tif tiff"
DATA_FILES = frozenset(f"*.{suffix}" for suffix in _DATA_SUFFIXES.split())
_OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}


@dataclass(frozen=True)
class Opened:
    """A split that is open, and where what it may read lies.

    Attributes:
        rows: the split; of several joined ones, one after another.
        folder: of the prepared files, and of what archives among them hold.
        files: of the commit, resolved.
        parts: the splits in order, each with its number of rows.
    """

    rows: "datasets.Dataset"
    folder: Path
    files: frozenset[Path]
    parts: tuple[tuple[str, int], ...]

    def names(self, positions: np.ndarray) -> list[str]:
        """`SPLIT-0000042` of rows at some positions: their split, and their place in it, from 0."""
        starts = np.cumsum([0, *(length for _, length in self.parts)])
        part = np.searchsorted(starts, positions, side="right") - 1
        places = zip(part, positions - starts[part], strict=True)
        return [f"{self.parts[number][0]}-{place:07d}" for number, place in places]

    def columns(self, names: Sequence[str], image: str | None = None) -> "Opened":
        """With these columns alone; that of an image keeps its files' bytes.

        Raises:
            ValueError: a column is not there.
        """
        import datasets

        if missing := [name for name in names if name not in self.rows.column_names]:
            there = listed(self.rows.column_names)
            raise ValueError(f"there is no column {listed(missing)}; there are {there}")
        if image is not None and not _may_be_pictures(self.rows.features[image]):
            raise ValueError(f"column {image!r} holds {self.rows.features[image]}, and no pictures")
        rows = self.rows if image is None else self.rows.cast_column(image, datasets.Image(decode=False))
        return replace(self, rows=rows.select_columns(list(names)))

    def table(self, positions: Sequence[int] | np.ndarray | None = None) -> pa.Table:
        """The rows, or those at some positions, copied out of the prepared files; nothing is decoded."""
        rows = self.rows if positions is None else self.rows.select(positions)
        table = rows.with_format("arrow")[:]
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return pa.ipc.open_stream(sink.getvalue()).read_all()

    def content(self, cell: Mapping[str, Any]) -> bytes:
        """The bytes of a cell that holds a file, or names one of the commit's.

        Raises:
            ValueError: it names another file, or something on the network.
        """
        if cell["bytes"] is not None:
            return bytes(cell["bytes"])
        if cell["path"] is None:
            raise ValueError("the cell holds neither a file nor the name of one")
        named = Path(str(cell["path"]))
        real = named.resolve()
        ours = named.is_absolute() and (real in self.files or real.is_relative_to(self.folder))
        if not ours or not real.is_file():
            raise ValueError(f"a cell names {str(cell['path'])!r}, which is no file of the commit")
        return real.read_bytes()


@contextlib.contextmanager
def opened(found: Mapping[str, Path], configuration: str | None, split: str) -> Iterator[Opened]:
    """A split, prepared from these files alone in a folder of its own, so that nothing stale is read.

    A process of its own prepares it (`heldout.runtime.hub.prepare`): libraries in C crash on some files that
    a stranger can write, and then the task fails and not the job.

    Args:
        found: where the files of the commit lie, by their paths in the repository.
        configuration: where the dataset has several.
        split: as the dataset names it, or several, joined by `+`.

    Raises:
        ValueError: the files cannot be read, or name others; or a split is named twice.
    """
    import datasets  # costs a second

    named = [part.strip() for part in split.split("+")]
    if len(set(named)) < len(named):
        raise ValueError("it names a split twice")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for path, target in found.items():
            link = folder / "files" / path
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target.resolve())
        _prepare(folder, configuration)
        splits = datasets.load_dataset(
            str(folder / "files"), name=configuration, split=named, cache_dir=str(folder / "prepared")
        )
        parts = tuple((name, len(rows)) for name, rows in zip(named, splits, strict=True))
        rows = splits[0] if len(splits) == 1 else datasets.concatenate_datasets(splits)
        yield Opened(rows, folder, frozenset(path.resolve() for path in found.values()), parts)


def _may_be_pictures(feature: Any) -> bool:
    """Pictures by declaration, or what `datasets` turns into them: names, bytes, or both in a struct."""
    import datasets

    if isinstance(feature, dict):
        return set(feature) == {"bytes", "path"}
    kinds = ("string", "large_string", "binary", "large_binary")
    return isinstance(feature, datasets.Image) or getattr(feature, "dtype", None) in kinds


def _prepare(folder: Path, configuration: str | None) -> None:
    command = [sys.executable, "-P", "-m", "heldout.runtime.hub.prepare", str(folder)]
    command += [configuration] if configuration is not None else []
    environment = os.environ | _OFFLINE
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode < 0:
        raise ValueError(f"a file of the commit crashes what reads it (signal {-done.returncode})")
    if done.returncode:
        raise ValueError(done.stderr.rpartition("heldout: ")[2].strip() or f"it ended with {done.returncode}")
