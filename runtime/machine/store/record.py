"""What the store knows of a finished task, and what it says when it cannot keep one."""

import json
import logging
import re
import zlib
from pathlib import PurePosixPath
from typing import Any

log = logging.getLogger("heldout.runtime.machine.store")

# {"task", "operator", "digest", "components", "parameters", "inputs", "outputs": {port: kind},
#  "files": {"port/file": {"size", "sha256", "offset" (in packs)}}, "seconds", "finished",
#  "environment"} and "missing", the tasks that a gathered input lacked, where it lacked some.
Record = dict[str, Any]

SEAL = "crc32"  # of all else that a record says, where it is written down

_TASK = re.compile(r"[0-9a-f]{64}")


def sealed(record: Record) -> Record:
    """A record as it is written down: with a checksum, so that a bit that flips in it is seen."""
    return {**record, SEAL: _checksum(record)}


def parse_record(text: bytes) -> Record:
    """A record that was written down, without its seal; an empty one where it is not whole."""
    try:
        record: Record = json.loads(text)
        seal = record.pop(SEAL, None)
    except (ValueError, AttributeError, TypeError):
        return {}
    return record if seal is None or seal == _checksum(record) else {}


def _checksum(record: Record) -> str:
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


class StoreError(Exception):
    """The store cannot be written; nothing that was finished is lost."""


def is_task(text: str) -> bool:
    """Whether a text is a task's identity: 64 hexadecimal digits."""
    return _TASK.fullmatch(text) is not None


def is_safe_name(name: str) -> bool:
    """Whether a record's file name `port/file` stays inside the folder it is put under."""
    parts = PurePosixPath(name).parts
    inside = len(parts) >= 2 and not name.startswith("/") and ".." not in parts
    return inside and "\\" not in name and "\0" not in name


def has_files(record: Record) -> bool:
    """Whether a parsed line or manifest has the shape of a record, with safe names."""
    try:
        return (
            is_task(record["task"])
            and isinstance(record["outputs"], dict)
            and all(
                is_safe_name(name) and int(about["size"]) >= 0 and len(about["sha256"]) == 64
                for name, about in record["files"].items()
            )
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def files_of_port(record: Record, port: str) -> dict[str, Any]:
    """A port's files, by their name inside its folder."""
    prefix = f"{port}/"
    return {n.removeprefix(prefix): about for n, about in record["files"].items() if n.startswith(prefix)}
