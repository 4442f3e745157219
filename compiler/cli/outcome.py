"""What is said when a run has ended."""

import shlex
import textwrap
from pathlib import Path

from heldout.compiler.run.outcome import Outcome, failures_of, logs_of_failure
from heldout.compiler.run.workflow import LOG
from heldout.compiler.terminal import out, printable, say
from heldout.compiler.words import counted

VERDICT_STYLES = {"supported": "green", "contradicted": "red", "undecided": "yellow", "untested": "dim"}
SHOWN_FAILURES = 5
SHOWN_LOGS = 3
SHOWN_LINES = 15


def say_outcome(outcome: Outcome) -> None:
    """The verdicts on standard output, all else on standard error."""
    for verdict in outcome.verdicts:
        name = str(verdict["verdict"])
        out.print(f"{name:>12}", style=VERDICT_STYLES.get(name), end="  ")
        out.print(printable(str(verdict["says"])), markup=False)
    say_failures(outcome)
    say(f"{counted(outcome.computed, 'task')} computed, {outcome.reused:,} there already")
    if outcome.code == 0 and outcome.page is not None:
        say(f"report: {outcome.page}")


def say_failures(outcome: Outcome) -> None:
    """Why a study is not whole, where it is not, and what to do."""
    failures = failures_of(outcome.failed)
    for failure in failures[:SHOWN_FAILURES]:
        said = textwrap.indent(failure.message, "  ", lambda _: True).lstrip()
        say(f"failed: {failure.stage} ({failure.where()}): {failure.error}: {said}", style="red")
    if len(failures) > SHOWN_FAILURES:
        say(f"and {counted(len(failures) - SHOWN_FAILURES, 'other reason')}", style="red")
    if outcome.failed or outcome.blocked:
        _say_what_to_do(outcome)
    if outcome.code != 0:
        _say_log(outcome.folder)


def _say_what_to_do(outcome: Outcome) -> None:
    at = f" --scale {outcome.scale}" if outcome.scale else ""
    spec = f"{shlex.quote(outcome.file)}{at}"
    blocked = f", and {outcome.blocked:,} could not run without them" if outcome.blocked else ""
    say(f"{counted(len(outcome.failed), 'task')} failed{blocked}")
    say(f"`heldout logs {spec} --failed` shows why, `heldout run {spec} --retry` tries again")


def _say_log(folder: Path) -> None:
    """Show why Snakemake failed: the ends of the logs of the jobs that did, else of its own."""
    log, found = folder / LOG, logs_of_failure(folder)
    for path in found[:SHOWN_LOGS] or [log]:
        say(f"the end of {path}:", style="red")
        for line in end_of(path):
            say(f"  {line}")
    if found:
        say(f"Snakemake's own log: {log}", style="dim")


def end_of(path: Path, lines: int = SHOWN_LINES) -> list[str]:
    """The last lines of a log, without what a terminal would obey."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return [printable(line) for line in text.splitlines()[-lines:]]
