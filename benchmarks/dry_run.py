"""How long `snakemake -n` takes on the emitted workflow, against a rule for every task."""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.compile import QUICK, SIZES
from benchmarks.emitting import WORKFLOW, emit_study
from benchmarks.studies import search_study, write_study
from benchmarks.workflows import snakemake

BEARABLE = 4_000  # models: a rule for every task of more takes Snakemake many minutes


def run(quick: bool) -> list[dict[str, Any]]:
    """A row a size; `ratio` is the seconds of a rule per task over those of a rule per stage."""
    rows = []
    for size in QUICK if quick else SIZES:
        with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
            folder = Path(name)
            write_study(folder, search_study(size))
            bearable = size.models <= BEARABLE
            _, said = emit_study(folder, *(["--rule-per-task"] if bearable else []))
            ours = snakemake(folder / WORKFLOW, "-n", "--quiet")
            theirs = snakemake(folder / "rule-per-task", "-n", "--quiet") if bearable else None
        rows.append(
            {
                "models": size.models,
                "tasks": sum(said["tasks"].values()),
                "jobs": said["jobs"],
                "edges": said["edges"],
                "seconds": ours.seconds,
                "peak_mb": ours.peak_mb,
                "rule_per_task_seconds": theirs and theirs.seconds,
                "rule_per_task_peak_mb": theirs and theirs.peak_mb,
                "ratio": theirs and theirs.seconds / ours.seconds,
            }
        )
    return rows
