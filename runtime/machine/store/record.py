"""What the store knows of a finished task, and what it says when it cannot keep one."""

import json
import logging
import re
import sys
import zlib
from pathlib import PurePosixPath
from typing import Any

log = logging.getLogger("heldout.runtime.machine.store")

# {"task", "operator", "digest", "components", "parameters", "inputs", "outputs": {port: kind},
#  "files": {"port/file": {"size", "sha256", "offset" (in packs), "mtime_ns" (of large files)}}, "seconds",
#  "finished", "environment"} and, where there are some, "missing", the tasks that a gathered input lacked;
#  "same_as", the task that was computed, where this one's inputs had the same content; and, last of all,
#  "content", the checksum of all that the operator was given, by which later tasks find it.
Record = dict[str, Any]

SEAL = "crc32"  # of all else that a record says, where it is written down

_SHA256 = re.compile(r"[0-9a-f]{64}")  # a task's name is one too
_TASKS = ("same_as", "content")  # each is a checksum, as a task's name is
_TEXTS, _MAPPINGS = ("operator", "digest"), ("components", "parameters", "inputs", "environment", "stack")
_NUMBERS = ("seconds", "cpu_seconds", "finished", "peak_rss_mb", "peak_gpu_mb")
_LARGEST = 2**62  # bytes: more than any disk has


def sealed(record: dict[str, Any]) -> dict[str, Any]:
    """A record, or a done file, as it is written down: with a checksum, so that a bit that flips is seen."""
    return {**record, SEAL: _checksum(record)}


def parse_record(text: bytes) -> Record:
    """A record that was written down, without its seal; an empty one where it is not whole."""
    try:
        record: Record = json.loads(text)
        seal = record.pop(SEAL, None)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return {}
    return record if seal is None or seal == _checksum(record) else {}


def _checksum(record: Record) -> str:
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


class StoreError(Exception):
    """The store cannot be written; nothing that was finished is lost."""


def is_task(text: Any) -> bool:
    """Whether a value is a task's identity: a text of 64 hexadecimal digits."""
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


def is_safe_name(name: str) -> bool:
    """Whether a record's file name `port/file` stays inside the folder it is put under."""
    parts = PurePosixPath(name).parts
    inside = len(parts) >= 2 and not name.startswith("/") and ".." not in parts
    return inside and "\\" not in name and "\0" not in name


def has_files(record: Record) -> bool:
    """Whether a parsed line or manifest has the shape of a record, with safe names.

    Down to the types that are computed with, as the compiler has it too (`compiler/store/record.py`).
    """
    try:
        return (
            is_task(record["task"])
            and all(isinstance(kind, str) for kind in record["outputs"].values())
            and all(is_safe_name(name) and _is_file(about) for name, about in record["files"].items())
            and all(isinstance(record.get(name, ""), str) for name in _TEXTS)
            and all(isinstance(record.get(name, {}), dict) for name in _MAPPINGS)
            and all(_is_number(record.get(name, 0)) for name in _NUMBERS)
            and _is_number(record.get("stack", {}).get("size", 1))
            and all(is_task(missing) for missing in record.get("missing", ()))
            and all(is_task(record.get(name, record["task"])) for name in _TASKS)
        )
    except (KeyError, TypeError, AttributeError):
        return False


def _is_file(about: Any) -> bool:
    sizes = (about["size"], about.get("offset", 0), about.get("mtime_ns", 0))
    return all(type(size) is int and 0 <= size < _LARGEST for size in sizes) and is_task(about["sha256"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max  # which NaN is not


def files_of_port(record: Record, port: str) -> dict[str, Any]:
    """A port's files, by their name inside its folder."""
    prefix = f"{port}/"
    return {n.removeprefix(prefix): about for n, about in record["files"].items() if n.startswith(prefix)}
