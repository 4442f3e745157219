"""What the store has of a study's tasks, and what became of those that it lacks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from heldout.compiler.ledger.entry import Computed, Environment
from heldout.compiler.ledger.text import as_kept
from heldout.compiler.run.done import every_done
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.store.index import records_of
from heldout.version import __version__

# `Linux-6.1.0-18-amd64-x86_64-with-glibc2.36`: of a kernel's release no result depends.
_PLATFORM = re.compile(r"^(\w+)-.*?(x86_64|aarch64|arm64|ppc64le|riscv64)\b.*$")


@dataclass(frozen=True)
class Finished:
    """The tasks of a study, by what became of them.

    Attributes:
        records: of those that have a result.
        failed, blocked: those that raised, and those that read one that did.
        left: those of which nobody knows anything.
    """

    records: Mapping[str, Mapping[str, Any]]
    failed: frozenset[str]
    blocked: frozenset[str]
    left: frozenset[str]

    def computed(self) -> Computed:
        """How the results were computed, as the ledger keeps it."""
        records = list(self.records.values())
        # A task that has the result of another one, since it read the same, was computed with that one.
        apart = {one.get("same_as", task): one for task, one in self.records.items()}.values()
        cpu = [one["cpu_seconds"] for one in apart if "cpu_seconds" in one]
        ended = [one["finished"] for one in records if "finished" in one]
        return Computed(
            tasks=len(records),
            failed=len(self.failed),
            blocked=len(self.blocked),
            seconds=round(sum(one.get("seconds", 0.0) for one in apart), 2),
            cpu_seconds=round(sum(cpu), 2) if cpu else None,
            date=datetime.fromtimestamp(max(ended), UTC).date().isoformat() if ended else None,
            heldout=__version__,
            environments=_environments(records),
        )


def finished(workspace: Workspace) -> Finished:
    """What became of a study's tasks, by its store and the done files of its jobs."""
    expansions = workspace.compiled.expansions.values()
    tasks = {task for each in expansions for task in each.ids if task is not None}
    records = records_of(workspace.store, tasks)
    lacking = tasks - records.keys()
    done = every_done(workspace.folder) if lacking else []
    failed = lacking & {task["task"] for one in done for task in one["failed"]}
    blocked = (lacking & {task["task"] for one in done for task in one["blocked"]}) - failed
    return Finished(records, frozenset(failed), frozenset(blocked), frozenset(lacking - failed - blocked))


def _environments(records: Iterable[Mapping[str, Any]]) -> tuple[Environment, ...]:
    """The environments that tasks ran in, each once, that of most tasks first."""
    counts: dict[tuple[tuple[str, str], ...], int] = {}
    for record in records:
        about = {str(name): str(value) for name, value in record.get("environment", {}).items()}
        if "platform" in about:
            about["platform"] = _PLATFORM.sub(r"\1 \2", about["platform"])
        key = tuple(sorted(as_kept(about).items()))
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Environment(about=dict(about), tasks=count) for about, count in ordered)
