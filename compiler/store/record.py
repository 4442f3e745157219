"""A record as a line of an index or a manifest holds it: parsed, looked at, sealed again."""

import json
import re
import zlib
from typing import Any

SEAL = "crc32"  # of all else that a record says; the runtime writes it (`runtime/machine/store/record.py`)

_TASK = re.compile(r"[0-9a-f]{64}")


class NotARecord(Exception):
    """The text is no whole record; says why, as the rest of a sentence about it."""


def parse_record(text: bytes) -> dict[str, Any]:
    """A record without its seal.

    Raises:
        NotARecord: it is damaged, or has not the shape of a record.
    """
    record = unsealed(text)
    try:
        files = record["files"].values()
        whole = bool(_TASK.fullmatch(record["task"])) and isinstance(record["outputs"], dict)
        whole = whole and all(about["size"] >= 0 and len(about["sha256"]) == 64 for about in files)
    except (KeyError, TypeError, AttributeError) as error:
        raise NotARecord("is no record") from error
    if not whole:
        raise NotARecord("is no record")
    return record


def unsealed(text: bytes) -> dict[str, Any]:
    """What a text says of a task, without its seal; whatever that is.

    Raises:
        NotARecord: it is no JSON object, or not the one that was sealed.
    """
    try:
        record: dict[str, Any] = json.loads(text)
        seal = record.pop(SEAL, None)
    except (ValueError, TypeError, AttributeError) as error:
        raise NotARecord("is no record") from error
    if seal is not None and seal != _checksum(record):
        raise NotARecord("is damaged: it is not what its checksum was made of")
    return record


def sealed(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the checksum of all that it says."""
    return {**record, SEAL: _checksum(record)}


def _checksum(record: dict[str, Any]) -> str:
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"
