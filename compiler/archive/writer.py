"""Write a zip file whose bytes are a function of the files in it."""

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from heldout.compiler.archive import contents
from heldout.compiler.archive.directory import Limits
from heldout.compiler.archive.names import name_fault
from heldout.compiler.archive.sources import Source, chunks_of, sha256_of, size_of
from heldout.compiler.refusal import Refusal

# The earliest time that a zip file can name: a file's own time is no part of what it holds.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_LEVEL = 6
# These are compressed already, or so large that compressing them takes longer than it saves.
_STORED = (".parquet", ".png", ".jpg", ".jpeg", ".pdf", ".sif", ".tar")
# What shrinks further than this is stored, so that no reader takes the archive for a bomb.
_MOST_RATIO = Limits().ratio // 2
_UNIX = 3


class UnsafeName(Refusal):
    """A file of the study has a name that an archive cannot hold."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "rename the file")


def write_archive(
    path: Path, files: Mapping[str, Source], sign: Callable[[bytes], bytes] | None = None
) -> str:
    """Write an archive of these files and its manifest: sorted, without times, whole or not at all.

    Args:
        path: of the zip file; what is there is replaced.
        files: by their names in the archive.
        sign: makes a signature of the manifest, which is put beside it.

    Returns:
        the SHA-256 of the manifest, which stands for all that the archive holds.

    Raises:
        UnsafeName: no archive may hold a file of this name.
        OSError: a file cannot be read, or the archive not written.
    """
    for name in files:
        if fault := name_fault(name) or ("" if contents.is_known(name) else "no archive has such a file"):
            raise UnsafeName(f"{name!a} cannot be put into an archive: {fault}")
    sums = {name: sha256_of(files[name]) for name in sorted(files)}
    manifest = "".join(f"{sums[name]}  {name}\n" for name in sums).encode()
    everything: dict[str, Source] = {**files, contents.MANIFEST: manifest}
    if sign is not None:
        everything[contents.SIGNATURE] = sign(manifest)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(beside, "w", allowZip64=True) as archive:
            for name in sorted(everything):
                _add(archive, name, everything[name])
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return hashlib.sha256(manifest).hexdigest()


def _add(archive: zipfile.ZipFile, name: str, source: Source) -> None:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.create_system = _UNIX  # else it is the system that writes
    entry.external_attr = _MODE
    entry.file_size = size_of(source)
    entry.compress_type = zipfile.ZIP_DEFLATED if _shrinks(name, source) else zipfile.ZIP_STORED
    entry._compresslevel = _LEVEL  # type: ignore[attr-defined]  # where zipfile keeps it before 3.13
    with archive.open(entry, "w", force_zip64=entry.file_size > zipfile.ZIP64_LIMIT // 2) as file:
        for chunk in chunks_of(source):
            file.write(chunk)


def _shrinks(name: str, source: Source) -> bool:
    """Whether a file is to be compressed."""
    if name.endswith(_STORED):
        return False
    compressor, packed = zlib.compressobj(_LEVEL), 0
    for chunk in chunks_of(source):
        packed += len(compressor.compress(chunk))
    packed += len(compressor.flush())
    return packed < size_of(source) <= _MOST_RATIO * packed
