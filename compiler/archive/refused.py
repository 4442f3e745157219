"""What an archive is refused for: every code, and what to do about it."""

from heldout.compiler.refusal import Refusal

# By code: what the reader of the message should know or do.
HINTS = {
    "not-an-archive": "an archive is the file that `heldout archive` writes",
    "archive-version": "this version of heldout reads archives of version 1",
    "damaged": "fetch the file again: it is cut short, or was changed on its way",
    "too-many-entries": "no study needs so many files: the archive is made to fill a disk",
    "too-many-bytes": "unpacked it would be larger than this command takes",
    "zip-bomb": "no file of a study shrinks so far: the archive is made to fill a disk",
    "no-room": "free some space, or unpack it elsewhere",
    "overlap": "an archive that `heldout archive` wrote has its files one after the other",
    "hidden": "an archive holds files and nothing beside: another program packed it, or it hides something",
    "encrypted": "archives are not encrypted",
    "compression": "archives are stored or deflated, which every zip program reads",
    "not-a-file": "archives hold plain files only: no links, folders or devices",
    "unsafe-name": "unpacked, such a file could land outside its folder or look like another",
    "duplicate": "unpacked, one of them would replace the other",
    "unknown-file": "docs/archive.md lists all that an archive may hold",
    "missing-file": "docs/archive.md lists what every archive holds",
    "not-listed": "manifest-sha256.txt and the archive's files must name the same ones",
    "checksum": "the file was changed after the archive was written: do not use it",
    "pickle": "a pickle runs code when it is loaded; weights belong in safetensors",
    "wrong-format": "a file must be what its name says",
    "operators": "look at them first (`unzip -p FILE.zip NAME`); --trust-operators lets them run",
    "catalog": "no version of them is known here; --trust-operators takes the archive's word for them",
    "spec": "heldout explain CODE says what each mistake means",
    "target": "name a folder that does not exist yet",
}


class ArchiveRefused(Refusal):
    """An archive that is not opened, or a file in it that is not read.

    Attributes:
        code: stable and searchable; one of HINTS.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, HINTS[code])
        self.code = code
