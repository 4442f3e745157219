"""Progress of a run: a bar with an ETA on a terminal, a line now and then in a log."""

import subprocess
import time

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from heldout.compiler.run.events import EventReader, StageProgress
from heldout.compiler.terminal import err, say

POLL_SECONDS = 0.3
LINE_SECONDS = 10.0


class _Left(ProgressColumn):
    """The time left, from the rate of every stage."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.fields['left']} left", style="cyan")


def follow(process: subprocess.Popen[bytes], events: EventReader, cores: int) -> dict[str, StageProgress]:
    """Show the progress of a running workflow until its process ends.

    Args:
        process: Snakemake.
        events: of the workflow's jobs.
        cores: how many jobs run at once, for the ETA.
    """
    if not err.is_terminal:
        return _lines(process, events, cores)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} tasks"),
    )
    with Progress(*columns, TimeElapsedColumn(), _Left(), console=err) as bar:
        stages = events.read()
        task = bar.add_task("starting", total=sum(s.tasks for s in stages.values()), left="?")
        while process.poll() is None:
            stages = events.read()
            bar.update(
                task, description=_working_on(stages), completed=_ended(stages), left=eta(stages, cores)
            )
            time.sleep(POLL_SECONDS)
        stages = events.read()
        bar.update(task, description="done", completed=_ended(stages), left=eta(stages, cores))
    return stages


def _lines(process: subprocess.Popen[bytes], events: EventReader, cores: int) -> dict[str, StageProgress]:
    said, last = 0.0, -1
    while process.poll() is None:
        stages = events.read()
        if time.monotonic() - said >= LINE_SECONDS and _ended(stages) != last:
            said, last = time.monotonic(), _ended(stages)
            total = sum(s.tasks for s in stages.values())
            say(f"{_working_on(stages)}: {last:,}/{total:,} tasks, {eta(stages, cores)} left")
        time.sleep(POLL_SECONDS)
    return events.read()


def _ended(stages: dict[str, StageProgress]) -> int:
    return sum(s.ended for s in stages.values())


def _working_on(stages: dict[str, StageProgress]) -> str:
    """The stages that have begun and not ended, else the first that has not begun."""
    begun = [name for name, s in stages.items() if 0 < s.ended < s.tasks]
    waiting = [name for name, s in stages.items() if s.ended == 0 < s.tasks]
    return ", ".join((begun or waiting[:1])[:2]) or "report"


def eta(stages: dict[str, StageProgress], cores: int) -> str:
    """The time left, on so many cores."""
    seconds = sum(s.seconds_left for s in stages.values()) / max(1, cores)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
