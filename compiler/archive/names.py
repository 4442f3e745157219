"""Names of files that are safe on every system, and mean one file each."""

import re
import unicodedata
from collections.abc import Iterable

from heldout.compiler.archive.refused import ArchiveRefused

LONGEST_NAME = 1024  # bytes
LONGEST_PART = 255
# Windows opens a device for these, whatever suffix follows.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_FORBIDDEN = frozenset('\\:*?"<>|')


def name_fault(name: str) -> str:
    """What makes a name unsafe; empty where nothing does."""
    if not name or name.startswith("/"):
        return "it is an absolute path" if name else "it is empty"
    if any(not c.isprintable() for c in name):
        return "it has a control character, a newline or another that does not show"
    if found := sorted(_FORBIDDEN & set(name)):
        return f"it has {found[0]!r}, which not every system takes for a part of a name"
    if not _is_unicode(name) or unicodedata.normalize("NFC", name) != name:
        return "it is not Unicode in its composed form (NFC)"
    if len(name.encode()) > LONGEST_NAME:
        return f"it is longer than {LONGEST_NAME} bytes"
    for part in name.split("/"):
        if part in ("", ".", ".."):
            return f"it has the part {part!r}"
        if part != part.strip() or part.endswith("."):
            return f"its part {part!r} begins or ends with what some systems drop"
        if len(part.encode()) > LONGEST_PART:
            return f"it has a part that is longer than {LONGEST_PART} bytes"
        if _DEVICES.fullmatch(part):
            return f"{part!r} is a device on Windows"
    return ""


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in name)


def refuse_unsafe(name: str) -> None:
    """Refuse a name that is unsafe.

    Raises:
        ArchiveRefused: it is.
    """
    if fault := name_fault(name):
        raise ArchiveRefused("unsafe-name", f"a file is called {name[:200]!a}: {fault}")


def refuse_collisions(names: Iterable[str]) -> None:
    """Refuse names that are one file where case does not count, or a file that is also a folder.

    Raises:
        ArchiveRefused: two of them are.
    """
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        folded = _folded(name)
        if folded in files:
            raise ArchiveRefused("duplicate", f"{files[folded]!a} and {name!a} are one file")
        files[folded] = name
        at = folded.rfind("/")
        while at > 0 and folded[:at] not in folders:
            folders[folded[:at]] = name
            at = folded.rfind("/", 0, at)
    for folded in files.keys() & folders.keys():
        raise ArchiveRefused(
            "duplicate", f"{files[folded]!a} is a file, and the folder of {folders[folded]!a}"
        )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())
