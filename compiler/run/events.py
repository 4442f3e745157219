"""What the jobs of a workflow say of themselves while they run: their event logs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from heldout.compiler.plan.plan import Plan
from heldout.compiler.run.done import done_path

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
        starting: what happens while no task can end yet, in words.
    """

    stages: Mapping[str, StageProgress]
    at_once: int
    running: bool = True
    starting: str = ""

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
    begun: bool = False


class EventReader:
    """Reads the event logs of a workflow as they grow: every call reads only what is new."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._shards: dict[tuple[str, str], _Shard] = {}

    def progress(self, at_once: int, running: bool = True) -> Progress:
        """How far the workflow has come.

        Args:
            at_once: how many jobs run at a time.
            running: whether the workflow does.
        """
        return Progress(self.read(), at_once, running, self.starting if running else "")

    @property
    def starting(self) -> str:
        """What happens before the first job has read its tasks, in words; empty afterwards."""
        if any(shard.begun for shard in self._shards.values()):
            return ""
        if any((self._folder / "logs").glob("*/*.log")):
            return "the first jobs are loading PyTorch"
        return "Snakemake is reading the workflow"

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
            status: Status | None = event.get("status")
            seconds = float(event.get("seconds", 0.0))
        except (ValueError, TypeError, AttributeError, RecursionError):
            return  # damaged: it is for people to watch, and nothing rests on it
        if event.get("event") == "start":
            seen.counts, seen.seconds, seen.begun = {}, 0.0, True
        elif isinstance(status, str) and status in STATUSES:
            seen.counts[status] = seen.counts.get(status, 0) + 1
            seen.seconds += seconds if status == "computed" else 0.0


def forget_attempts(plan: Plan, folder: Path) -> None:
    """Remove the event logs of jobs that are to run, so that nobody takes them for progress."""
    for stage in plan.stages:
        for shard in stage.shards:
            if not done_path(folder, stage.name, shard.name).is_file():
                (folder / "logs" / stage.name / f"{shard.name}.jsonl").unlink(missing_ok=True)
