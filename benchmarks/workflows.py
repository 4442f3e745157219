"""Run an emitted workflow with Snakemake, and count from its done files what the run computed."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.emitting import WORKFLOW, emit_study
from benchmarks.heldout_run import CORES, report_seconds
from benchmarks.processes import Measured, measure

PAGE = "report/index.html"


class Run(NamedTuple):
    """One run of a study, as `heldout run` does it.

    Attributes:
        emit_seconds: of the process that compiles and emits.
        snakemake_seconds: of Snakemake with all jobs.
        jobs: that ran, but for the report.
        report_seconds: of the job that writes the report; 0 where it did not run.
        computed, reused: tasks, from the done files that this run wrote.
    """

    emit_seconds: float
    snakemake_seconds: float
    jobs: int
    report_seconds: float
    computed: int
    reused: int

    @property
    def seconds(self) -> float:
        return self.emit_seconds + self.snakemake_seconds


def snakemake(folder: Path, *options: str) -> Measured:
    """Run Snakemake on the workflow of a folder with the options that `heldout run` gives it."""
    command = ["-m", "snakemake", "--snakefile", "Snakefile", "--cores", str(CORES), "--nolock"]
    if (folder / "profile").is_dir():
        command += ["--workflow-profile", "profile"]
    return measure([*command, *options], folder)


def run_study(folder: Path) -> Run:
    """Compile, emit and run the study of a folder.

    Raises:
        RuntimeError: a task failed, or a process did.
    """
    workflow = folder / WORKFLOW
    before, page_before = _done_times(workflow), _written_at(workflow / PAGE)
    emitted, _ = emit_study(folder)
    ran = snakemake(workflow)
    new = [
        json.loads(path.read_bytes()) for path, at in _done_times(workflow).items() if before.get(path) != at
    ]
    if failed := sum(len(done["failed"]) + len(done["blocked"]) for done in new):
        raise RuntimeError(f"{failed} tasks of {folder} failed or were blocked")
    reported = _written_at(workflow / PAGE) != page_before
    return Run(
        emit_seconds=emitted.seconds,
        snakemake_seconds=ran.seconds,
        jobs=len(new),
        report_seconds=report_seconds(workflow) if reported else 0.0,
        computed=_total(new, "computed"),
        reused=_total(new, "reused"),
    )


def _done_times(workflow: Path) -> dict[Path, int]:
    return {path: _written_at(path) for path in workflow.glob("done/*/*.json")}


def _written_at(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


def _total(done: list[dict[str, Any]], key: str) -> int:
    return sum(int(one[key]) for one in done)
