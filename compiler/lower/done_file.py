"""The done file of a shard: what became of its tasks, with a checksum, so that a bit that flips is seen."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heldout.compiler.store.record import NotARecord, sealed, unsealed

_COUNTS = ("computed", "reused")
_TEXTS = ("error", "message", "traceback")


def done_text(content: Mapping[str, Any]) -> str:
    """A done file as it is written; the runtime writes it too (`runtime/machine/execute/progress.py`)."""
    return json.dumps(sealed(dict(content)), indent=1) + "\n"


def read_done(path: Path) -> dict[str, Any] | None:
    """What a done file says; None where there is none, or where it is damaged: then its job is not done."""
    try:
        done = unsealed(path.read_bytes())
    except (OSError, NotARecord):
        return None
    return done if _is_done(done) else None


def _is_done(done: Mapping[str, Any]) -> bool:
    try:
        return (
            isinstance(done["stage"], str)
            and all(type(done.get(count, 0)) is int for count in _COUNTS)
            and all(_is_task(task) for task in (*done["failed"], *done["blocked"]))
        )
    except (KeyError, TypeError, AttributeError):
        return False


def _is_task(task: Mapping[str, Any]) -> bool:
    return (
        isinstance(task["task"], str)
        and isinstance(task.get("coordinates", {}), dict)
        and all(isinstance(task.get(text, ""), str) for text in _TEXTS)
    )
