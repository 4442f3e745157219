"""What the store knows of a finished task, and what it says when it cannot keep one."""

import logging
import re
from pathlib import PurePosixPath
from typing import Any

log = logging.getLogger("runtime.store")

# {"task", "operator", "digest", "components", "parameters", "inputs", "outputs": {port: kind},
#  "files": {"port/file": {"size", "sha256", "offset" (in packs)}}, "seconds", "finished",
#  "environment"} and "missing", the tasks that a gathered input lacked, where it lacked some.
Record = dict[str, Any]

_TASK = re.compile(r"[0-9a-f]{64}")


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
