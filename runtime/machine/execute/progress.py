"""What a shard says of itself while it runs and when it is done."""

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, TextIO

from heldout.runtime.files import write
from heldout.runtime.machine.execute.shard import Shard, Task
from heldout.runtime.machine.store.record import StoreError, sealed

REPORT_SECONDS = 5.0
MOST_HINDERED = 3  # tasks one after the other, before a job gives up: the next would fare no better

Status = Literal["computed", "reused", "failed", "blocked"]


@dataclass
class Progress:
    """Counts tasks, writes one event a task, and a line on stderr every few seconds.

    Attributes:
        failed, blocked: entries of the done file.
        faults: what the machine did to tasks that are still to be computed, in words.
    """

    shard: Shard
    events: TextIO | None
    computed: int = 0
    reused: int = 0
    failed: list[dict[str, Any]] = field(default_factory=list)
    blocked: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    hindered_running: int = 0  # tasks one after the other, up to the last one
    computing_seconds: float = 0.0
    started: float = field(default_factory=time.monotonic)
    reported: float = field(default_factory=time.monotonic)

    @classmethod
    def start(cls, shard: Shard, log_events: Path | None) -> Self:
        """Begin, with a first event; the log of an earlier attempt is replaced."""
        events = None
        if log_events is not None:
            log_events.parent.mkdir(parents=True, exist_ok=True)
            events = log_events.open("w", encoding="utf-8")
        progress = cls(shard, events)
        about = {"stage": shard.stage, "shard": shard.shard}
        progress._event({"event": "start", "tasks": len(shard.tasks)} | about)
        return progress

    def note(self, task: Task, status: Status, seconds: float, **more: Any) -> None:
        """One task has ended; `more` is what the done file keeps of a failed or blocked one."""
        about = {"task": task.task, "coordinates": task.coordinates}
        if status != "reused":
            self.hindered_running = 0
        match status:
            case "computed":
                self.computed += 1
            case "reused":
                self.reused += 1
            case "failed":
                self.failed.append(about | more)
            case "blocked":
                self.blocked.append(about | more)
        if status != "reused":
            self.computing_seconds += seconds
        self._event(about | {"status": status, "seconds": round(seconds, 6)} | more)
        if time.monotonic() - self.reported >= REPORT_SECONDS:
            self.reported = time.monotonic()
            print(self._line(), file=sys.stderr, flush=True)

    def hindered(self, task: Task, why: str, **more: Any) -> None:
        """The machine failed, and not the task, which counts as not begun: its job is to run again.

        Raises:
            StoreError: this has happened to several tasks, one after the other.
        """
        about = {"task": task.task, "coordinates": task.coordinates}
        self._event(about | {"status": "hindered", "fault": why} | more)
        said = f"{task.coordinates}: {more['error']}: {more['message']} ({why})"
        print(f"{self.shard.name}: the machine failed at {said}", file=sys.stderr, flush=True)
        self.faults.append(said)
        self.hindered_running += 1
        if self.hindered_running >= MOST_HINDERED:
            raise StoreError(self.trouble)

    @property
    def trouble(self) -> str:
        """What the machine did, in words; empty where it did nothing."""
        if not self.faults:
            return ""
        count = f"{len(self.faults)} tasks were" if len(self.faults) > 1 else "a task was"
        return (
            f"{count} hindered by the machine, which says nothing about the study: {self.faults[0]}; "
            "what was finished is kept, and the same command tries again"
        )

    def _line(self) -> str:
        ended, total = self.ended, len(self.shard.tasks)
        each = self.computing_seconds / max(ended - self.reused, 1)
        left = each * (total - ended)
        return f"{self.shard.name}: {ended}/{total} tasks, {each:.2g} s each, {left:.0f} s left"

    @property
    def ended(self) -> int:
        """Tasks that were computed, reused, failed or blocked."""
        return self.computed + self.reused + len(self.failed) + len(self.blocked)

    def stopped(self, signal: int) -> None:
        """The job was asked to stop before its end."""
        self._event({"event": "stop", "signal": signal})
        ended = f"{self.ended}/{len(self.shard.tasks)} tasks"
        print(f"{self.shard.name}: stopped by signal {signal} after {ended}", file=sys.stderr)

    def finish(self, done: Path) -> None:
        """Write the done file and the summary line."""
        seconds = time.monotonic() - self.started
        content = {
            "stage": self.shard.stage,
            "shard": self.shard.shard,
            "tasks": len(self.shard.tasks),
            "computed": self.computed,
            "reused": self.reused,
            "failed": self.failed,
            "blocked": self.blocked,
            "seconds": round(seconds, 3),
        }
        write(done, json.dumps(sealed(content), indent=1, ensure_ascii=False) + "\n", durable=True)
        parts = f"{self.computed} computed, {self.reused} reused, {len(self.failed)} failed"
        print(f"{self.shard.name}: {parts}, {len(self.blocked)} blocked in {seconds:.1f} s", file=sys.stderr)
        for entry in self.failed[:3]:
            print(f"  failed {entry['coordinates']}: {entry['error']}: {entry['message']}", file=sys.stderr)

    def close(self) -> None:
        if self.events is not None:
            self.events.close()

    def _event(self, content: dict[str, Any]) -> None:
        if self.events is not None:
            line = json.dumps(content | {"at": round(time.time(), 3)}, ensure_ascii=False)
            self.events.write(line + "\n")
            self.events.flush()
