"""Make a layer of an image the same bytes, whenever and by whichever engine it was built."""

import hashlib
import tarfile
from pathlib import PurePosixPath
from typing import BinaryIO


def normalise_layer(source: BinaryIO, out: BinaryIO, epoch: int) -> str:
    """Write a layer again: entries sorted, of one time, without names of owners or byte-code.

    Permissions, numeric owners, links, devices and the markers of removed files stay. Extended
    attributes go: what an engine's host put there says nothing of the image.

    Args:
        source: the layer, a tar that can be searched.
        out: where to; it is left at its beginning.
        epoch: the time of every entry, seconds since 1970.

    Returns:
        the digest of the new layer, which OCI calls its diff id.
    """
    with (
        tarfile.open(fileobj=source, mode="r:") as old,
        tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        entries = {_path(member): member for member in old if not _is_bytecode(member)}
        first: dict[str, str] = {}  # the file that others are hard links to -> the first name written
        for path in sorted(entries, key=lambda each: PurePosixPath(each).parts):
            entry = entries[path]
            content = entry
            if entry.islnk():
                content = _target(entry, entries)
            entry = _plain(content, path, epoch)
            if content.isreg():
                earlier = first.setdefault(_path(content), path)
                if earlier != path:
                    entry.type, entry.linkname, entry.size = tarfile.LNKTYPE, earlier, 0
            new.addfile(entry, old.extractfile(content) if entry.isreg() else None)
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
    out.seek(0)
    return f"sha256:{digest}"


def _path(member: tarfile.TarInfo) -> str:
    return member.name.removeprefix("./").strip("/") or "."


def _is_bytecode(member: tarfile.TarInfo) -> bool:
    path = PurePosixPath(member.name)
    return "__pycache__" in path.parts or (member.isreg() and path.suffix == ".pyc")


def _target(link: tarfile.TarInfo, entries: dict[str, tarfile.TarInfo]) -> tarfile.TarInfo:
    """The file that a hard link leads to."""
    seen = {_path(link)}
    entry = link
    while entry.islnk():
        name = entry.linkname.removeprefix("./").strip("/")
        if name in seen or name not in entries:
            raise ValueError(f"the layer's hard link {link.name} leads nowhere")
        seen.add(name)
        entry = entries[name]
    return entry


def _plain(entry: tarfile.TarInfo, path: str, epoch: int) -> tarfile.TarInfo:
    new = tarfile.TarInfo(path)
    new.type, new.linkname, new.size = entry.type, entry.linkname, entry.size if entry.isreg() else 0
    new.mode, new.uid, new.gid, new.mtime = entry.mode & 0o7777, entry.uid, entry.gid, epoch
    new.devmajor, new.devminor = entry.devmajor, entry.devminor
    if entry.isreg():
        new.type = tarfile.REGTYPE  # sparse and old kinds are written out whole
    return new
