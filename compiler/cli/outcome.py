"""What came out of a run."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.plan.plan import Plan
from heldout.compiler.run.events import done_files
from heldout.compiler.run.workflow import LOG
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.terminal import counted, out, printable, say

VERDICT_STYLES = {"supported": "green", "contradicted": "red", "undecided": "yellow", "untested": "dim"}
SHOWN_FAILURES = 5
SHOWN_LOGS = 3


@dataclass(frozen=True)
class Outcome:
    """A run that has ended.

    Attributes:
        file: the spec.
        code: Snakemake's exit code.
        computed, reused: tasks that this run computed, and tasks that were there already.
        failed: tasks that raised, in this run or in an earlier one that was not retried.
        blocked: how many tasks could not run without those.
        verdicts: of the claims; none where the workflow did not end well.
        page: of the report, where there is one.
    """

    study: str
    file: str
    scale: str | None
    folder: Path
    code: int
    computed: int
    reused: int
    failed: list[dict[str, Any]]
    blocked: int
    verdicts: list[dict[str, Any]]
    page: Path | None

    def json(self) -> dict[str, Any]:
        """For scripts; `report/verdicts.json` has more of every verdict."""
        failure = ("stage", "task", "coordinates", "error", "message")
        return {
            "study": self.study,
            "scale": self.scale,
            "folder": self.folder.as_posix(),
            "snakemake": self.code,
            "computed": self.computed,
            "reused": self.reused,
            "failed": [{key: task[key] for key in failure} for task in self.failed],
            "blocked": self.blocked,
            "verdicts": [
                {k: v for k, v in verdict.items() if k != "observations"} for verdict in self.verdicts
            ],
            "report": self.page.as_posix() if self.page is not None else None,
        }


def done_times(plan: Plan, folder: Path) -> dict[Path, int]:
    """When each done file was written: what a run has not written again is of an earlier one."""
    return {done["path"]: done["path"].stat().st_mtime_ns for done in done_files(plan, folder)}


def read_outcome(workspace: Workspace, code: int, before: Mapping[Path, int]) -> Outcome:
    """What a run that has ended left in the folder of its workflow.

    Args:
        workspace: of the study.
        code: Snakemake's exit code.
        before: `done_times` before the run.
    """
    study, folder = workspace.compiled.study, workspace.folder
    done = done_files(workspace.compiled.plan, folder)
    fresh = [d for d in done if d["path"].stat().st_mtime_ns != before.get(d["path"])]
    computed = sum(d["computed"] for d in fresh)
    page = folder / "report" / "index.html"
    return Outcome(
        study=study.name,
        file=study.file,
        scale=study.scale,
        folder=folder,
        code=code,
        computed=computed,
        reused=sum(d["computed"] + d["reused"] for d in done) - computed,
        failed=[task | {"stage": d["stage"]} for d in done for task in d["failed"]],
        blocked=sum(len(d["blocked"]) for d in done),
        verdicts=_verdicts(folder) if code == 0 else [],
        page=page if page.is_file() else None,
    )


def _verdicts(folder: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads((folder / "report" / "verdicts.json").read_bytes())
    except (OSError, ValueError):
        return []
    return list(found)


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


def _last_written(folder: Path, names: list[str]) -> Path | None:
    """The log of a job that was written last, of the one for each of its stages; None where all are empty."""
    paths = [path for name in names if (path := folder / name).is_file() and path.stat().st_size]
    return max(paths, key=lambda path: path.stat().st_mtime_ns, default=None)


def _say_log(folder: Path) -> None:
    """Show why Snakemake failed: the ends of the logs of the jobs that did, else of its own."""
    log = folder / LOG
    text = log.read_text(encoding="utf-8", errors="replace")
    named = dict.fromkeys(re.findall(r"log: (.+) \(check log file", text))
    found = [path for names in named if (path := _last_written(folder, names.split(", "))) is not None]
    for path in found[:SHOWN_LOGS] or [log]:
        say(f"the end of {path}:", style="red")
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]:
            say(f"  {line}")
    if found:
        say(f"Snakemake's own log: {log}", style="dim")
