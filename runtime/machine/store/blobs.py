"""Blobs: a large file is kept once, whichever results hold it: `blobs/AB/SHA256`.

The files in the folders of results are hard links of it, so that a result needs no blob to be read: a blob's
name may go at any moment, and all that is lost is that the next equal file is kept a second time. Where the
file system has no hard links there are no blobs.
"""

import secrets
from pathlib import Path
from typing import Any

from heldout.runtime.files import linked, sync
from heldout.runtime.machine.store.checked import (
    LARGE_BYTES,
    CheckedFiles,
    about_file,
    file_sha256,
    files_hold,
)
from heldout.runtime.rights import as_its_folder, make_folders

FOLDER = "blobs"
ATTEMPTS = 3  # at a name that others make and replace meanwhile


def blob_path(root: Path, sha256: str) -> Path:
    """Where the bytes with a checksum lie, if they are kept as a blob."""
    return root / FOLDER / sha256[:2] / sha256


def keep_file(root: Path, path: Path, checked: CheckedFiles) -> dict[str, Any]:
    """Make a new file of a result one with the blob of its content, if it is large.

    One that is a link of a file which is known, such as an input that an operator hands on, is neither
    hashed nor copied.

    Args:
        root: of the store.
        path: of the file, on the store's file system.
        checked: what is known of files.

    Returns:
        what the record says of it.

    Raises:
        OSError: the disk is full, or the machine failed.
    """
    found = path.stat()
    if found.st_size < LARGE_BYTES:
        return about_file(found, file_sha256(path))
    sha256 = checked.sha256(found)
    if sha256 is None:
        as_its_folder(path)
        sha256 = file_sha256(path)
        sync(path)  # before others can link to it; it may also settle its time
        _share(root, path, sha256, checked)
        found = path.stat()
        checked.remember(found, sha256)
    return about_file(found, sha256)


def _share(root: Path, path: Path, sha256: str, checked: CheckedFiles) -> None:
    """Make a file and the blob of its content one file, the older one where that is sound."""
    blob = blob_path(root, sha256)
    make_folders(blob.parent)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    for _ in range(ATTEMPTS):
        try:
            linked(path, blob)
            return
        except FileExistsError:
            pass
        try:
            if path.samefile(blob):
                return
            about = {"size": path.stat().st_size, "sha256": sha256}
            if files_hold(checked, blob.parent, {blob.name: about}) and linked(blob, beside):
                beside.replace(path)
                return
            # It is damaged, another user's alone, or has as many links as a file may have.
            if linked(path, beside):
                beside.replace(blob)
            return
        except FileNotFoundError:
            continue  # somebody has just removed the blob
        finally:
            beside.unlink(missing_ok=True)
