"""Files that results share: blobs, which are garbage when no result holds them, and what frees its bytes.

A blob's name frees nothing as long as a result holds the same file, and no result is lost with it
(`runtime/machine/store/blobs.py`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


def loose_blobs(store: Path, before: float | None = None) -> Iterator[Path]:
    """Blobs that no result holds: with no other name.

    Args:
        store: its folder.
        before: only those that were written before this time; None: whatever their age.
    """
    for path in sorted(store.glob("blobs/*/*")):
        about = path.lstat()
        if about.st_nlink == 1 and (before is None or about.st_mtime < before):
            yield path


def stale_contents(store: Path) -> Iterator[Path]:
    """Files that say by content which task is large and has it, of tasks that are not there as such."""
    for path in sorted(store.glob("contents/*/*")):
        try:
            task = path.read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            continue
        if len(task) != 64 or not (store / "objects" / task[:2] / task).is_dir():
            yield path


def freed_bytes(store: Path, going: Iterable[tuple[Path, Mapping[str, Any]]]) -> list[int]:
    """The bytes that each folder of a result frees, if all of them go.

    Those of a file that several hold are of the first of them, and of none where a result that stays has it.

    Args:
        store: their store.
        going: each folder, with its record.
    """
    folders = [(_files(folder), record["files"]) for folder, record in going]
    names: Counter[tuple[int, int]] = Counter()
    blobs: set[tuple[int, int]] = set()
    for files, recorded in folders:
        for name, about in files.items():
            key = (about.st_dev, about.st_ino)
            names[key] += 1
            if about.st_nlink > 1 and key not in blobs and _is_blob(store, recorded.get(name), key):
                blobs.add(key)
                names[key] += 1
    counted: set[tuple[int, int]] = set()
    sizes = []
    for files, _ in folders:
        size = 0
        for about in files.values():
            key = (about.st_dev, about.st_ino)
            if key not in counted and names[key] >= about.st_nlink:
                counted.add(key)
                size += about.st_size
        sizes.append(size)
    return sizes


def _files(folder: Path) -> dict[str, Any]:
    return {p.relative_to(folder).as_posix(): p.lstat() for p in folder.rglob("*") if not p.is_dir()}


def _is_blob(store: Path, about: Mapping[str, Any] | None, key: tuple[int, int]) -> bool:
    """Whether a file, by device and inode, is the blob of what a record says of it."""
    if about is None:
        return False
    try:
        found = (store / "blobs" / about["sha256"][:2] / about["sha256"]).lstat()
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == key
