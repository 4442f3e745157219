"""Remove what a survey has found, so that being killed at any moment loses nothing that stays.

A pack is written anew beside the old one, and the old one goes when the new one is on the disk: in
between both are there, with equal results. First of all a file or folder gets a name that no reader
looks at, then it is removed; what a kill leaves under such names the next survey finds.
"""

import hashlib
import json
import os
import secrets
import shutil
import tarfile
from pathlib import Path
from typing import BinaryIO

from heldout.compiler.garbage.shared import loose_blobs, stale_contents
from heldout.compiler.garbage.survey import GARBAGE, INDEX_SUFFIX, PARTIAL, Kept, Pack, Record, Survey
from heldout.compiler.store.record import sealed
from heldout.compiler.store.rights import as_its_folder


class Damaged(Exception):
    """A result that stays has not the bytes that it had."""


def sweep(store: Path, found: Survey) -> list[Kept]:
    """Remove it. Only to be called by who holds the store alone.

    Returns:
        the packs that were left alone, since something in them that stays is damaged.
    """
    left = []
    for pack in found.packs:
        try:
            if pack.stay:
                _write_anew(pack)
        except Damaged as error:
            left.append(Kept(pack.index, str(error)))
            continue
        _remove_pack(pack)
    for folder, unneeded in found.objects:
        aside = store / "incoming" / f"{unneeded.task}-{secrets.token_hex(8)}"
        aside.parent.mkdir(exist_ok=True)
        _rename(folder, aside)
        _remove(aside)
    for path in sorted(found.leftovers, key=lambda path: INDEX_SUFFIX in path.name):
        _remove(path)  # a tar before its index, by which one knows what it is
    # Last, since the blobs of what has just gone are held by nothing now.
    for path in (*loose_blobs(store, found.before), *stale_contents(store)):
        _remove(path)
    return left


def _write_anew(pack: Pack) -> None:
    """Write the records that stay, with their files, into a pack of their own.

    Raises:
        Damaged: a file has not its checksum, and nothing is changed.
    """
    key = pack.tar.stem.rpartition("-")[0] or "pack"
    tar = pack.tar.with_name(f"{key}-{secrets.token_hex(8)}.tar")
    index = tar.with_name(tar.stem + INDEX_SUFFIX)
    unfinished = [path.with_name(path.name + PARTIAL) for path in (tar, index)]
    try:
        with pack.tar.open("rb") as old, unfinished[0].open("xb") as new:
            lines = [_line(_copy(record, old, new)) for record in pack.stay]
            new.write(bytes(2 * tarfile.BLOCKSIZE))
            _to_disk(new)
        with unfinished[1].open("xb") as new:
            new.write(b"".join(lines))
            _to_disk(new)
    except Damaged:
        for path in unfinished:
            path.unlink(missing_ok=True)
        raise
    for path in unfinished:
        as_its_folder(path)
    # Without its index nobody reads the tar, and the index comes last.
    _rename(unfinished[0], tar)
    _rename(unfinished[1], index)


def _copy(record: Record, old: BinaryIO, new: BinaryIO) -> Record:
    files = {}
    for name, about in record["files"].items():
        old.seek(about["offset"])
        content = old.read(about["size"])
        if hashlib.sha256(content).hexdigest() != about["sha256"]:
            raise Damaged(f"{name} of task {record['task'][:12]}, which stays, has not its checksum")
        member = tarfile.TarInfo(f"{record['task']}/{name}")  # as the runtime writes it: no time, no owner
        member.size = len(content)
        new.write(member.tobuf(tarfile.PAX_FORMAT))
        files[name] = about | {"offset": new.tell()}
        new.write(content + bytes(-len(content) % tarfile.BLOCKSIZE))
    return record | {"files": files}


def _line(record: Record) -> bytes:
    text = json.dumps(sealed(record), separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _remove_pack(pack: Pack) -> None:
    # The index first: a line that is there speaks of bytes that are there.
    aside = [path.with_name(path.name + GARBAGE) for path in (pack.index, pack.tar)]
    _rename(pack.index, aside[0])
    _rename(pack.tar, aside[1])
    # The tar first: while the index is there, under either name, it says what the tar was.
    _remove(aside[1])
    _remove(aside[0])


def _rename(path: Path, to: Path) -> None:
    path.rename(to)
    for folder in {path.parent, to.parent}:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
