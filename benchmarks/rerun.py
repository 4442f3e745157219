"""What a task costs in a first run, and what a rerun of the finished study costs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.emitting import emit_study
from benchmarks.studies import Size, cheap_study, write_study
from benchmarks.workflows import run_study

SIZE = Size(4, 25, 10)  # 5,000 draws and as many that read them
QUICK = Size(1, 3, 2, methods=2)
RERUNS = 3


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """One row: the first run, and the rerun that has nothing to do (the median of several)."""
    size = QUICK if quick else SIZE
    with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
        folder = Path(name)
        write_study(folder, cheap_study(size))
        catalog, _ = emit_study(folder)  # the first time, the runtime is asked for the user's operators
        first = run_study(folder)
        reruns = sorted((run_study(folder) for _ in range(RERUNS)), key=lambda rerun: rerun.seconds)
    again = reruns[RERUNS // 2]
    yield {
        "tasks": 2 * size.models,
        "jobs": first.jobs,
        "computed": first.computed,
        "operators_seconds": catalog.seconds,
        "first_seconds": first.seconds,
        "first_report_seconds": first.report_seconds,
        "seconds_per_task": (first.seconds - first.report_seconds) / first.computed,
        "rerun_jobs": sum(rerun.jobs for rerun in reruns),
        "rerun_computed": sum(rerun.computed for rerun in reruns),
        "rerun_report_seconds": again.report_seconds,
        "rerun_emit_seconds": again.emit_seconds,
        "rerun_snakemake_seconds": again.snakemake_seconds,
        "rerun_seconds": again.seconds,
        "ratio": again.seconds / first.seconds,
    }
