"""The environments that a study's tasks ran in."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from heldout.compiler.archive.stored import Record


def environments(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Each environment once: what was recorded of it, its tasks by operator, and when they ran."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        about = record.get("environment", {})
        one = found.setdefault(
            json.dumps(about, sort_keys=True),
            {"environment": about, "operators": {}, "tasks": 0, "seconds": 0.0, "times": []},
        )
        operator = str(record.get("operator", ""))
        one["operators"][operator] = one["operators"].get(operator, 0) + 1
        one["tasks"] += 1
        one["seconds"] += record.get("seconds", 0.0)
        one["times"] += [record["finished"]] if "finished" in record else []
    return [_told(found[key]) for key in sorted(found)]


def _told(one: dict[str, Any]) -> dict[str, Any]:
    times = one["times"]
    return {
        "environment": one["environment"],
        "operators": dict(sorted(one["operators"].items())),
        "tasks": one["tasks"],
        "seconds": round(one["seconds"], 6),
        "first_finished": instant(min(times)) if times else None,
        "last_finished": instant(max(times)) if times else None,
    }


def instant(seconds: float) -> str:
    """A time as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
