"""The checksum of a user's own data, as the operators that read them compute it."""

import hashlib
from pathlib import Path

from heldout.compiler.refusal import Refusal

WEIGHTS, READ = (
    ".safetensors",
    (".safetensors", ".json", ".txt", ".jinja"),
)  # what of a model's folder is read
POOLING = "1_Pooling/config.json"  # what sentence-transformers says of an encoder
OURS = "heldout.json"  # what a store says of a model beside its files


def checksum(path: Path) -> str:
    """The SHA-256 of a file, or of a folder of data or of a model: of sha256sum's lines for its files.

    Raises:
        Refusal: there is nothing, or the folder is neither `DOMAIN/CLASS/FILE` nor a model's.
    """
    if path.is_file():
        return _of_file(path)
    if not path.is_dir():
        raise Refusal(f"there is no file and no folder {path}", "write a path from where you are")
    content = hashlib.sha256()
    for name in _files_of(path):
        content.update(f"{_of_file(path / name)}  {name}\n".encode())
    return content.hexdigest()


def size(path: Path) -> int:
    """Bytes of a file, or of all files that are read of a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum((path / name).stat().st_size for name in _files_of(path))


def _files_of(folder: Path) -> list[str]:
    """A model's folder in the hub's format is told by its `config.json` and its weights at the top."""
    names = sorted(
        entry.name
        for entry in _visible(folder)
        if entry.is_file() and entry.suffix in READ and entry.name != OURS
    )
    if "config.json" not in names or not any(name.endswith(WEIGHTS) for name in names):
        return names_in(folder)
    return sorted([*names, POOLING]) if (folder / POOLING).is_file() else names


def names_in(folder: Path) -> list[str]:
    """The files of a folder `DOMAIN/CLASS/IMAGE` by their paths from it, sorted.

    Raises:
        Refusal: the folder has another layout.
    """
    found = [folder]
    for _ in ("DOMAIN", "CLASS"):
        found = [entry for place in found for entry in _visible(place) if entry.is_dir()]
    names = sorted(image.relative_to(folder).as_posix() for place in found for image in _visible(place))
    if not names:
        raise Refusal(
            f"there is no DOMAIN/CLASS/IMAGE below {folder}",
            "name a file, the folder of the domains, or a model's with its config.json and *.safetensors",
        )
    for name in names:
        if not (folder / name).is_file():
            raise Refusal(
                f"{folder / name} is no file", "a folder holds DOMAIN/CLASS/IMAGE and nothing deeper"
            )
        if "\\" in name or not name.isprintable():
            raise Refusal(f"{name!r} holds a backslash, a control character or no UTF-8", "rename the file")
    return names


def _visible(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if not entry.name.startswith(".")]


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
