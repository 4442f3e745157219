"""What one seed more costs a finished study, against computing all of it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.rerun import QUICK, SIZE
from benchmarks.studies import cheap_study, write_study
from benchmarks.workflows import run_study


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """One row: the study with a seed more, on what there is of it and from nothing."""
    size = QUICK if quick else SIZE
    larger = size._replace(seeds=size.seeds + 1)
    with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
        grown, whole = Path(name, "grown"), Path(name, "whole")
        write_study(grown, cheap_study(size))
        run_study(grown)
        shutil.copytree(grown / ".heldout", whole / ".heldout")  # the operators' catalog, read once
        write_study(grown, cheap_study(larger))
        added = run_study(grown)
        write_study(whole, cheap_study(larger))
        everything = run_study(whole)
    yield {
        "tasks_before": 2 * size.models,
        "tasks_after": 2 * larger.models,
        "tasks_of_a_seed": 2 * (larger.models - size.models),
        "computed": added.computed,
        "reused": added.reused,
        "jobs": added.jobs,
        "seconds": added.seconds,
        "report_seconds": added.report_seconds,
        "everything_computed": everything.computed,
        "everything_jobs": everything.jobs,
        "everything_seconds": everything.seconds,
        "everything_report_seconds": everything.report_seconds,
        "ratio": added.seconds / everything.seconds,
    }
