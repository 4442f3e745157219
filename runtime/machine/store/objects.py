"""Objects: a folder of its own for a result too large for a pack."""

import contextlib
import json
import os
import secrets
import shutil
import time
from pathlib import Path

from heldout.runtime.files import sync, write
from heldout.runtime.machine.store.faults import is_absent
from heldout.runtime.machine.store.record import Record, has_files, log, parse_record, sealed
from heldout.runtime.rights import as_its_folder, make_folders

MANIFEST = "manifest.json"
ABANDONED_SECONDS = 7 * 24 * 3600  # after which a folder that a killed process left is removed


def object_folder(root: Path, task: str) -> Path:
    """Where the result of a task lies."""
    return root / "objects" / task[:2] / task


def new_folder(root: Path, task: str) -> Path:
    """An empty folder on the store's file system, to be filled and then renamed into place."""
    incoming = make_folders(root / "incoming")
    for left in incoming.iterdir():
        with contextlib.suppress(FileNotFoundError):  # its writer has renamed it into place meanwhile
            if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    return make_folders(incoming / f"{task}-{secrets.token_hex(8)}")


def read_manifest(root: Path, task: str) -> Record | None:
    """The record of a task's object; None, with a warning, where it or a file is not whole."""
    folder = object_folder(root, task)
    try:
        text = (folder / MANIFEST).read_bytes()
    except OSError as error:
        if not is_absent(error):
            raise
        if not isinstance(error, FileNotFoundError):
            log.warning("%s: %s; task %s counts as not done", folder / MANIFEST, error.strerror, task)
        return None
    record = parse_record(text)
    if not has_files(record) or record["task"] != task:
        log.warning("%s: it is damaged; task %s counts as not done", folder / MANIFEST, task)
        return None
    for name, about in record["files"].items():
        path = folder / name
        if _size(path) != about["size"]:
            log.warning("%s: it is missing or cut short; task %s counts as not done", path, task)
            return None
    return record


def _size(path: Path) -> int | None:
    """Bytes of a file; None where it is not there for us."""
    try:
        return path.stat().st_size
    except OSError as error:
        if not is_absent(error):
            raise
        return None


def place(root: Path, record: Record, filled: Path) -> None:
    """Make a filled folder the result of its task: manifest, fsync, rename.

    Where another process was faster its result stays; one known to be damaged is moved away
    first with `discard`.
    """
    write(filled / MANIFEST, json.dumps(sealed(record), indent=1, ensure_ascii=False))
    for parent, _, names in os.walk(filled):
        as_its_folder(Path(parent))
        for name in names:
            as_its_folder(Path(parent, name))
            sync(Path(parent, name))
        sync(Path(parent))
    target = object_folder(root, record["task"])
    make_folders(target.parent)
    try:
        filled.rename(target)
    except OSError:
        if not (target / MANIFEST).is_file():
            raise
        shutil.rmtree(filled)
    sync(target.parent)


def discard(root: Path, task: str) -> None:
    """Take a damaged object out of sight, then remove it."""
    target = object_folder(root, task)
    aside = root / "incoming" / f"{task}-{secrets.token_hex(8)}"
    make_folders(aside.parent)
    try:
        target.rename(aside)
    except FileNotFoundError:
        return
    shutil.rmtree(aside, ignore_errors=True)
