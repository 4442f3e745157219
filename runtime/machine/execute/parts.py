"""The parts of a job: its shards, each with the files that it writes."""

import json
from pathlib import Path
from typing import NamedTuple

from heldout.runtime.machine.execute.shard import PlanError


class Part(NamedTuple):
    """A shard, and where it says what became of it.

    Attributes:
        shard: the file of what to run.
        done: written once every task has ended.
        events: one JSON line a task; None: nowhere.
        log: where output goes from here on; None: where it went before.
    """

    shard: Path
    done: Path
    events: Path | None = None
    log: Path | None = None


def read_parts(path: Path) -> list[Part]:
    """Read what the compiler wrote of a job: `[{"shard": …, "done": …, "events": …, "log": …}, …]`.

    Raises:
        PlanError: there is no such file, or it says something else.
    """
    try:
        parts = [
            Part(**{name: Path(file) for name, file in one.items()}) for one in json.loads(path.read_bytes())
        ]
    except OSError as error:
        raise PlanError(f"the parts {path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise PlanError(f"the parts {path} are not what the compiler writes: {error}") from error
    if not parts:
        raise PlanError(f"the parts {path} are none")
    return parts
