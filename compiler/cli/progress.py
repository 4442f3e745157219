"""Progress of a run: a bar with an ETA on a terminal, a line now and then in a log."""

import time
from types import TracebackType

from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from heldout.compiler.run.events import Progress
from heldout.compiler.run.observer import Observer
from heldout.compiler.terminal import err, say
from heldout.compiler.words import duration

LINE_SECONDS = 10.0
QUIET_SECONDS = 60.0  # after which it is said that nothing has moved


class _Left(ProgressColumn):
    """The time left, from the rate of every stage."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.fields['left']} left", style="cyan")


class Display(Observer):
    """Shows how a run goes, on standard error; what it began to draw ends with the block."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task = TaskID(0)
        self._said, self._last = 0.0, ("", -1)

    def __enter__(self) -> "Display":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def note(self, text: str) -> None:
        say(text, "yellow")

    def progressed(self, progress: Progress) -> None:
        if err.is_terminal:
            self._draw(progress)
        elif progress.running:
            self._say(progress)

    def _draw(self, progress: Progress) -> None:
        if self._bar is None:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.completed:,.0f}/{task.total:,.0f} tasks"),
            )
            self._bar = Bar(*columns, TimeElapsedColumn(), _Left(), console=err)
            self._task = self._bar.add_task("starting", total=progress.tasks, left="?")
            self._bar.start()
        done = progress.ended == progress.tasks and not progress.running
        self._bar.update(
            self._task,
            description="done" if done else progress.starting or progress.working_on,
            completed=progress.ended,
            left=duration(progress.seconds_left),
        )
        if not progress.running:
            self._bar.stop()

    def _say(self, progress: Progress) -> None:
        now = (progress.starting, progress.ended)
        quiet = time.monotonic() - self._said
        if quiet >= (LINE_SECONDS if now != self._last else QUIET_SECONDS) or now[0] != self._last[0]:
            self._said, self._last = time.monotonic(), now
            tasks = f"{progress.ended:,}/{progress.tasks:,} tasks"
            doing = progress.starting or progress.working_on
            say(f"{doing}: {tasks}, {duration(progress.seconds_left)} left")
