"""Weights that lie in files of safetensors, and are read when they are looked at."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from heldout.runtime.files import link_or_copy

SUFFIX = ".safetensors"
INDEX = "model.safetensors.index.json"  # beside shards: which file holds which weight


@dataclass(frozen=True)
class _File:
    """A file as it was when it was opened: `save` takes it for the same while it looks the same."""

    path: Path
    identity: tuple[int, ...]
    mapped: Any  # what `safe_open` gives

    @classmethod
    def opened(cls, path: Path) -> Self:
        return cls(path, _identity(path), safe_open(path, framework="pt"))

    def is_there(self) -> bool:
        try:
            return _identity(self.path) == self.identity
        except OSError:
            return False


class StoredWeights(Mapping[str, Tensor]):
    """The weights of one file or of several shards, by name.

    A tensor that is taken out is a view of the mapped file, of which the pages that are used are read;
    `owned` reads one into memory of its own, past the mapping, so that a network filled with them costs
    its own size and no more.

    Attributes:
        nbytes: of all files.
    """

    def __init__(self, files: Mapping[str, Path], index: bytes | None = None, *, kept: bool = True) -> None:
        """Open files.

        Args:
            files: by the names that they are saved under.
            index: of shards, as the hub has it.
            kept: nobody writes to the files again, so that they may be linked; else `save` copies.

        Raises:
            ValueError: one is no whole file of safetensors, or two hold a weight of one name.
        """
        self._kept = kept
        self._index = index
        self._files: dict[str, _File] = {}
        self._places: dict[str, str] = {}
        self._readers: dict[str, Any] = {}
        self._taken: dict[str, Tensor] = {}
        for name in sorted(files):
            try:
                self._files[name] = _File.opened(files[name])
            except (SafetensorError, OSError, ValueError) as error:
                raise ValueError(f"{name} is no whole file of safetensors: {error}") from error
            held = list(self._files[name].mapped.keys())
            if twice := [weight for weight in held if weight in self._places]:
                raise ValueError(f"{name} holds {min(twice)!r} a second time")
            self._places |= dict.fromkeys(held, name)
        self.nbytes = sum(one.identity[2] for one in self._files.values())

    def __getitem__(self, name: str) -> Tensor:
        # One tensor a weight, so that torch's count of its changes says whether anybody wrote to it.
        if name not in self._taken:
            self._taken[name] = self._files[self._places[name]].mapped.get_tensor(name)
        return self._taken[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def owned(self, name: str) -> Tensor:
        """A weight in memory of its own."""
        place = self._places[name]
        file = self._files[place]
        if not file.is_there():
            return self[name].clone()
        if place not in self._readers:
            self._readers[place] = safe_open(file.path, framework="pt", backend="pread")
        found: Tensor = self._readers[place].get_tensor(name)
        return found.clone()  # torch's own memory, aligned as torch's is, on which the order of sums may hang

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a weight, by the head of its file."""
        return tuple(self._files[self._places[name]].mapped.get_slice(name).get_shape())

    def save(self, folder: Path) -> None:
        """Put the files into a folder as they are: by links where nobody writes to them again."""
        for name, file in self._files.items():
            if not file.is_there():  # what was mapped is still the same
                held = {weight: file.mapped.get_tensor(weight) for weight in sorted(file.mapped.keys())}
                save_file(held, folder / name, metadata=file.mapped.metadata())
            elif self._kept:
                link_or_copy(file.path.resolve(), folder / name)
            else:
                shutil.copyfile(file.path, folder / name)
        if self._index is not None:
            (folder / INDEX).write_bytes(self._index)


def _identity(path: Path) -> tuple[int, ...]:
    about = path.stat()
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


def owned(weights: Mapping[str, Tensor], name: str) -> Tensor:
    """One of some weights in memory of its own, which may be written to."""
    return weights.owned(name) if isinstance(weights, StoredWeights) else weights[name].detach().clone()


def shape_of(weights: Mapping[str, Tensor], name: str) -> tuple[int, ...]:
    """The shape of one of some weights, which is not read for it."""
    return weights.shape(name) if isinstance(weights, StoredWeights) else tuple(weights[name].shape)
