"""What is said when a run has ended."""

import shlex
from pathlib import Path

from heldout.compiler.run.outcome import Outcome, logs_of_failure
from heldout.compiler.run.workflow import LOG
from heldout.compiler.terminal import out, printable, say
from heldout.compiler.words import counted

VERDICT_STYLES = {"supported": "green", "contradicted": "red", "undecided": "yellow", "untested": "dim"}
SHOWN_FAILURES = 5
SHOWN_LOGS = 3


def say_outcome(outcome: Outcome) -> None:
    """The verdicts on standard output, all else on standard error."""
    for verdict in outcome.verdicts:
        name = str(verdict["verdict"])
        out.print(f"{name:>12}", style=VERDICT_STYLES.get(name), end="  ")
        out.print(printable(str(verdict["says"])), markup=False)
    for task in outcome.failed[:SHOWN_FAILURES]:
        where = ", ".join(f"{axis} {level}" for axis, level in task["coordinates"].items())
        message = " ".join(task["message"].split())[:200]
        say(f"failed: {task['stage']} ({where}): {task['error']}: {message}", style="red")
    if outcome.failed or outcome.blocked:
        _say_failures(outcome)
    say(f"{counted(outcome.computed, 'task')} computed, {outcome.reused:,} there already")
    if outcome.code != 0:
        _say_log(outcome.folder)
    elif outcome.page is not None:
        say(f"report: {outcome.page}")


def _say_failures(outcome: Outcome) -> None:
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
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]:
            say(f"  {line}")
    if found:
        say(f"Snakemake's own log: {log}", style="dim")
