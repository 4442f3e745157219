"""Progress of building and moving images: a bar on a terminal, a line for each step in a log."""

import contextlib
from collections.abc import Iterator

from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from heldout.compiler.terminal import err, printable, say

WIDTH = 72


class Lines:
    """A line for each step."""

    def step(self, text: str) -> None:
        say(_short(text))

    def amount(self, done: int, total: int | None) -> None:
        pass


class Bar:
    """The step that is going on, and how many of its bytes are done."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def step(self, text: str) -> None:
        self._bar.reset(self._task, total=None, description=printable(_short(text)))

    def amount(self, done: int, total: int | None) -> None:
        self._bar.update(self._task, completed=done, total=max(done, total) if total else None)


@contextlib.contextmanager
def shown() -> Iterator[Lines | Bar]:
    """Show progress until the block ends."""
    if not err.is_terminal:
        yield Lines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        DownloadColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        yield Bar(bar)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
