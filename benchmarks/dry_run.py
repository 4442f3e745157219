"""What emitting and `snakemake -n` take with a rule a stage, against a rule for every task."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.compile import QUICK, SIZES
from benchmarks.emitting import WORKFLOW, emit_study
from benchmarks.studies import search_study, write_study
from benchmarks.workflows import snakemake

BEARABLE = 20_000  # models: a rule for every task of more takes Snakemake many minutes


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """A row a size; `ratio` is the dry run's seconds with a rule per task over those with one per stage.

    `memory_ratio` is the same of its memory. What a rule per task would need of emitting is only its
    Snakefile: the files of its tasks are not written.
    """
    for size in QUICK if quick else SIZES:
        with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
            folder = Path(name)
            write_study(folder, search_study(size))
            bearable = size.models <= BEARABLE
            _, said = emit_study(folder, *(["--rule-per-task"] if bearable else []))
            ours = snakemake(folder / WORKFLOW, "-n", "--quiet")
            theirs = snakemake(folder / "rule-per-task", "-n", "--quiet") if bearable else None
        yield {
            "models": size.models,
            "tasks": sum(said["tasks"].values()),
            "jobs": said["jobs"],
            "edges": said["edges"],
            "emit_seconds": said["emit_seconds"],
            "rule_per_task_emit_seconds": said.get("rule_per_task_seconds"),
            "seconds": ours.seconds,
            "peak_mb": ours.peak_mb,
            "rule_per_task_seconds": theirs and theirs.seconds,
            "rule_per_task_peak_mb": theirs and theirs.peak_mb,
            "ratio": theirs and theirs.seconds / ours.seconds,
            "memory_ratio": theirs and theirs.peak_mb / ours.peak_mb,
        }
