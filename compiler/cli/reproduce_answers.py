"""What `heldout reproduce` says: the price, the cells by stage, and the verdicts side by side."""

import sys

import typer
from rich.table import Table

from heldout.compiler.cli.outcome import VERDICT_STYLES
from heldout.compiler.reproduce.compared import Compared
from heldout.compiler.reproduce.comparison import STATES, VerdictPair, by_stage
from heldout.compiler.reproduce.price import StagePrice
from heldout.compiler.terminal import err, out, printable, say
from heldout.compiler.words import counted, duration

SHOWN_CELLS = 5


def say_price(prices: tuple[StagePrice, ...], there: int) -> None:
    """What a reproduction costs, on standard error.

    Args:
        prices: of its stages.
        there: tasks that were computed before, where it goes on.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("stage", "tasks", "jobs", "time then"):
        table.add_column(title, justify="left" if title == "stage" else "right")
    for one in prices:
        guess = " (guessed)" if one.guessed else ""
        table.add_row(
            one.name, f"{one.tasks:,} of {one.of:,}", f"{one.jobs:,}", duration(one.seconds) + guess
        )
    tasks, jobs = sum(one.tasks for one in prices), sum(one.jobs for one in prices)
    seconds = sum(one.seconds for one in prices)
    err.print(table)
    say(
        f"{counted(tasks, 'task')} in {counted(jobs, 'job')}, "
        f"which took {duration(seconds)} of work where the study was archived"
    )
    if fetching := [one.name for one in prices if one.network]:
        say(f"{', '.join(fetching)} fetches from the network")
    if there:
        say(
            f"{counted(there, 'task')} of these {'is' if there == 1 else 'are'} there from an earlier attempt"
        )


def ask(kept: bool) -> None:
    """Ask whether to begin, where a person can answer."""
    if not sys.stdin.isatty() or not err.is_terminal:
        return
    lost = "" if kept else " (without --keep, interrupting it loses what was computed)"
    if not typer.confirm(f"Begin{lost}?", default=True, err=True):
        raise KeyboardInterrupt


def say_compared(compared: Compared) -> None:
    """Cells by stage and the verdicts on standard output, all else on standard error."""
    stages = by_stage(compared.rows)
    shown = [state for state in STATES if any(stage.counts.get(state) for stage in stages)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("stage")
    for title in (*shown, "largest difference"):
        table.add_column(title, justify="right")
    for stage in stages:
        counts = (f"{stage.counts.get(state, 0):,}" for state in shown)
        size = f"{stage.difference:.3g}" if stage.difference is not None else "no number"
        table.add_row(stage.name, *counts, size)
    out.print(table)
    for row in compared.others[:SHOWN_CELLS]:
        where = ", ".join(f"{axis} {level}" for axis, level in row["coordinates"].items())
        say(f"{row['state']}: {row['stage']}{f' ({where})' if where else ''}: {row['message']}", "red")
    if len(compared.others) > SHOWN_CELLS:
        say(f"and {len(compared.others) - SHOWN_CELLS:,} more")
    for one in compared.verdicts:
        _say_verdict(one)
    if compared.others and compared.environment:
        say(f"not the same here: {'; '.join(compared.environment)}", "yellow")
    part = "" if compared.tasks == compared.of else f" of {compared.of:,}"
    drawn = f", for {counted(compared.drawn, 'cell')} drawn at random" if compared.drawn is not None else ""
    verb = "reproduced" if compared.agrees else "not reproduced"
    say(f"{verb}: {counted(compared.tasks, 'task')}{part} computed again{drawn}", _style(compared.agrees))


def _say_verdict(one: VerdictPair) -> None:
    here = str(one.here)
    out.print(f"{here:>12}", style=VERDICT_STYLES.get(here), end="  ")
    then = "as archived" if one.same else f"archived as {one.archived}"
    then += ", by costs as they were measured" if one.measured else ""
    out.print(f"{printable(one.says or one.id)} ({printable(then)})", markup=False)


def _style(agrees: bool) -> str:
    return "green" if agrees else "red"
