"""What came out of a run."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.plan.plan import Plan
from heldout.compiler.run.done import done_files
from heldout.compiler.run.workflow import LOG
from heldout.compiler.run.workspace import Workspace


@dataclass(frozen=True)
class Outcome:
    """A run that has ended.

    Attributes:
        file: the spec.
        folder: of the workflow.
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
    failed: tuple[Mapping[str, Any], ...]
    blocked: int
    verdicts: tuple[Mapping[str, Any], ...]
    page: Path | None

    @property
    def complete(self) -> bool:
        """Whether every task has a result, and the report was written."""
        return self.code == 0 and not self.failed and not self.blocked

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


@dataclass(frozen=True)
class Failure:
    """Tasks of a stage that failed in the same way.

    Attributes:
        stage: of the tasks.
        error: the name of the exception's class.
        message: what it said, whole.
        traceback: of the first of them.
        tasks: as the done files have them, in their order.
    """

    stage: str
    error: str
    message: str
    traceback: str
    tasks: tuple[Mapping[str, Any], ...]

    def where(self, most: int = 3) -> str:
        """The first of the tasks by their coordinates, and how many more there are."""
        shown = [
            ", ".join(f"{axis} {level}" for axis, level in task.get("coordinates", {}).items())
            for task in self.tasks[:most]
        ]
        more = len(self.tasks) - len(shown)
        return "; ".join(filter(None, [*shown, f"and {more:,} more" if more else ""]))


def failures_of(failed: Sequence[Mapping[str, Any]]) -> list[Failure]:
    """The tasks that failed, by stage and reason; the order is that of the first of each."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for task in failed:
        reason = (task["stage"], task.get("error", ""), task.get("message", ""))
        groups.setdefault(reason, []).append(task)
    return [Failure(*reason, tasks[0].get("traceback", ""), tuple(tasks)) for reason, tasks in groups.items()]


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
        failed=tuple(task | {"stage": d["stage"]} for d in done for task in d["failed"]),
        blocked=sum(len(d["blocked"]) for d in done),
        verdicts=_verdicts(folder) if code == 0 else (),
        page=page if page.is_file() else None,
    )


def _verdicts(folder: Path) -> tuple[Mapping[str, Any], ...]:
    try:
        return tuple(json.loads((folder / "report" / "verdicts.json").read_bytes()))
    except (OSError, ValueError):
        return ()


def logs_of_failure(folder: Path) -> list[Path]:
    """The logs of the jobs by which Snakemake failed, of each the one that was written last.

    Empty where Snakemake's own log names none, or those have nothing to say.
    """
    try:
        text = (folder / LOG).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    named = dict.fromkeys(re.findall(r"log: (.+) \(check log file", text))
    return [path for names in named if (path := _last_written(folder, names.split(", "))) is not None]


def _last_written(folder: Path, names: list[str]) -> Path | None:
    """The log of a job that was written last, of the one for each of its stages; None where all are empty."""
    paths = [path for name in names if (path := folder / name).is_file() and path.stat().st_size]
    return max(paths, key=lambda path: path.stat().st_mtime_ns, default=None)
