"""What the jobs of a workflow say of themselves: their event logs and done files."""

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from heldout.compiler.compile import Compiled
from heldout.compiler.plan.plan import Plan

Status = Literal["computed", "reused", "failed", "blocked"]  # how a task ended
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass
class StageProgress:
    """Counts of one stage's tasks, by how they ended in the latest attempt of each job."""

    tasks: int
    computed: int = 0
    reused: int = 0
    failed: int = 0
    blocked: int = 0
    seconds: float = 0.0  # of the tasks that were computed
    seconds_per_task: float = 1.0  # as planned, until there are measured ones

    @property
    def ended(self) -> int:
        return min(self.tasks, self.computed + self.reused + self.failed + self.blocked)

    @property
    def seconds_left(self) -> float:
        """Of one core, at the rate seen so far."""
        each = self.seconds / self.computed if self.computed else self.seconds_per_task
        return (self.tasks - self.ended) * each


@dataclass(frozen=True)
class Progress:
    """How far a workflow has come.

    Attributes:
        stages: by name.
        at_once: how many jobs run at a time.
        running: whether the workflow does; not in what is told last.
    """

    stages: Mapping[str, StageProgress]
    at_once: int
    running: bool = True

    @property
    def tasks(self) -> int:
        return sum(stage.tasks for stage in self.stages.values())

    @property
    def ended(self) -> int:
        return sum(stage.ended for stage in self.stages.values())

    @property
    def seconds_left(self) -> float:
        """At the rate seen so far."""
        return sum(stage.seconds_left for stage in self.stages.values()) / max(1, self.at_once)

    @property
    def working_on(self) -> str:
        """The stages that have begun and not ended, else the first that has not begun."""
        begun = [name for name, stage in self.stages.items() if 0 < stage.ended < stage.tasks]
        waiting = [name for name, stage in self.stages.items() if stage.ended == 0 < stage.tasks]
        return ", ".join((begun or waiting[:1])[:2]) or "report"


@dataclass
class _Shard:
    offset: int = 0
    inode: int = 0
    counts: dict[Status, int] = field(default_factory=dict)
    seconds: float = 0.0


class EventReader:
    """Reads the event logs of a workflow as they grow: every call reads only what is new."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._shards: dict[tuple[str, str], _Shard] = {}

    def read(self) -> dict[str, StageProgress]:
        """The progress of every stage."""
        stages = {}
        for stage in self._plan.stages:
            progress = StageProgress(stage.tasks, seconds_per_task=stage.seconds)
            for shard in stage.shards:
                seen = self._read_shard(stage.name, shard.name)
                for status, count in seen.counts.items():
                    setattr(progress, status, getattr(progress, status) + count)
                progress.seconds += seen.seconds
            stages[stage.name] = progress
        return stages

    def _read_shard(self, stage: str, shard: str) -> _Shard:
        path = self._folder / "logs" / stage / f"{shard}.jsonl"
        seen = self._shards.setdefault((stage, shard), _Shard())
        try:
            about = path.stat()
            if about.st_ino != seen.inode or about.st_size < seen.offset:
                seen = self._shards[stage, shard] = _Shard(inode=about.st_ino)
            if about.st_size == seen.offset:
                return seen
            with path.open("rb") as file:
                file.seek(seen.offset)
                new = file.read()
        except OSError:
            return seen
        whole = new[: new.rfind(b"\n") + 1]
        seen.offset += len(whole)
        for line in whole.splitlines():
            self._count(seen, line)
        return seen

    def _count(self, seen: _Shard, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        status: Status | None = event.get("status")
        if event.get("event") == "start":
            seen.counts, seen.seconds = {}, 0.0
        elif status in STATUSES:
            seen.counts[status] = seen.counts.get(status, 0) + 1
            seen.seconds += event.get("seconds", 0.0) if status == "computed" else 0.0


def done_files(plan: Plan, folder: Path) -> list[dict[str, Any]]:
    """The done files of a plan's jobs that there are."""
    found = []
    for stage in plan.stages:
        for shard in stage.shards:
            path = folder / "done" / stage.name / f"{shard.name}.json"
            try:
                found.append(json.loads(path.read_bytes()) | {"path": path})
            except (OSError, ValueError):
                continue
    return found


def forget_lost(compiled: Compiled, folder: Path, stored: Set[str]) -> None:
    """Remove the done files of jobs whose results the store no longer has, so that they run again.

    Args:
        compiled: the study.
        folder: of its workflow.
        stored: the tasks whose results the store has, sound.
    """
    for stage in compiled.plan.stages:
        ids = compiled.expansions[stage.name].ids
        for shard in stage.shards:
            path = folder / "done" / stage.name / f"{shard.name}.json"
            try:
                done = json.loads(path.read_bytes())
                failed = {task["task"] for task in (*done["failed"], *done["blocked"])}
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError):
                failed = set()
            if not {ids[flat] for flat in shard.cells} - failed <= stored:
                path.unlink()


def forget_failed(plan: Plan, folder: Path) -> None:
    """Remove the done files of jobs with tasks that failed or were blocked by others that did.

    They run again then.
    """
    for done in done_files(plan, folder):
        if done["failed"] or done["blocked"]:
            done["path"].unlink()


def forget_attempts(plan: Plan, folder: Path) -> None:
    """Remove the event logs of jobs that are to run, so that nobody takes them for progress."""
    for stage in plan.stages:
        for shard in stage.shards:
            if not (folder / "done" / stage.name / f"{shard.name}.json").is_file():
                (folder / "logs" / stage.name / f"{shard.name}.jsonl").unlink(missing_ok=True)
