"""A record as a line of an index or a manifest holds it: parsed, looked at, sealed again."""

import json
import re
import sys
import zlib
from typing import Any

SEAL = "crc32"  # of all else that a record says; the runtime writes it (`runtime/machine/store/record.py`)

_SHA256 = re.compile(r"[0-9a-f]{64}")  # a task's name is one too
_SEALED = re.compile(rb',"crc32":"([0-9a-f]{8})"\}')
_TASKS = ("same_as", "content")  # each is a checksum, as a task's name is
_TEXTS, _MAPPINGS = ("operator", "digest"), ("components", "parameters", "inputs", "environment", "stack")
_NUMBERS = ("seconds", "cpu_seconds", "finished", "peak_rss_mb", "peak_gpu_mb")
_LARGEST = 2**62  # bytes: more than any disk has


class NotARecord(Exception):
    """The text is no whole record; says why, as the rest of a sentence about it."""


def parse_record(text: bytes) -> dict[str, Any]:
    """A record without its seal.

    Raises:
        NotARecord: it is damaged, or has not the shape of a record.
    """
    record = unsealed(text)
    if not is_record(record):
        raise NotARecord("is no record")
    return record


def is_record(record: Any) -> bool:
    """Whether a value has the shape of a record, down to the types that are computed with."""
    try:
        return (
            _is_sha256(record["task"])
            and all(isinstance(kind, str) for kind in record["outputs"].values())
            and all(_is_file(name, about) for name, about in record["files"].items())
            and all(isinstance(record.get(name, ""), str) for name in _TEXTS)
            and all(isinstance(record.get(name, {}), dict) for name in _MAPPINGS)
            and all(_is_number(record.get(name, 0)) for name in _NUMBERS)
            and _is_number(record.get("stack", {}).get("size", 1))
            and all(map(_is_sha256, record.get("missing", ())))
            and all(_is_sha256(record.get(name, record["task"])) for name in _TASKS)
        )
    except (KeyError, TypeError, AttributeError):
        return False


def is_sound_line(line: bytes) -> bool:
    """Whether a line of an index is the one that was written: where it has a seal, by that alone."""
    if _has_its_seal(line):
        return True
    try:
        return bool(parse_record(line))
    except NotARecord:
        return False


def _has_its_seal(line: bytes) -> bool:
    """Whether a line ends in the checksum of what stands before it, which is seen without parsing."""
    seal = _SEALED.fullmatch(line, max(0, len(line) - 20))
    return seal is not None and zlib.crc32(b"}", zlib.crc32(line[:-20])) == int(seal[1], 16)


def _is_sha256(value: Any) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max  # which NaN is not


def _is_file(name: str, about: Any) -> bool:
    sizes = (about["size"], about.get("offset", 0), about.get("mtime_ns", 0))
    places = all(type(size) is int and 0 <= size < _LARGEST for size in sizes)
    parts = name.split("/")
    inside = len(parts) > 1 and parts[0] != "" and ".." not in parts and not set(name) & set("\\\0")
    return places and inside and _is_sha256(about["sha256"])


def unsealed(text: bytes) -> dict[str, Any]:
    """What a text says of a task, without its seal; whatever that is.

    Raises:
        NotARecord: it is no JSON object, or not the one that was sealed.
    """
    try:
        record: dict[str, Any] = json.loads(text)
        seal = record.pop(SEAL, None)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise NotARecord("is no record") from error
    if seal is not None and not _has_its_seal(text) and seal != _checksum(record):
        raise NotARecord("is damaged: it is not what its checksum was made of")
    return record


def sealed(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the checksum of all that it says."""
    return {**record, SEAL: _checksum(record)}


def _checksum(record: dict[str, Any]) -> str:
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"
