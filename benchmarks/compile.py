"""What compiling and emitting take of a CPU and of memory, and how both grow with the tasks."""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.emitting import emit_study
from benchmarks.processes import free_mb
from benchmarks.studies import Size, search_study, write_study

SIZES = (
    Size(4, 10, 5),
    Size(8, 20, 5),
    Size(10, 40, 10),
    Size(20, 100, 10),
    Size(20, 150, 20),
    Size(50, 200, 20),
)
QUICK = (Size(1, 2, 1, methods=2), Size(2, 3, 2, methods=2))


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """A row a size; `growth` is the exponent b of seconds ~ tasks^b since the row before.

    Seconds are the CPU's. What this machine has no memory for is left out.
    """
    before: dict[str, Any] = {}
    for size in QUICK if quick else SIZES:
        if before and size.models / before["models"] * before["peak_mb"] > free_mb():
            return
        with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
            folder = Path(name)
            write_study(folder, search_study(size))
            first, said = emit_study(folder)
            again, _ = emit_study(folder)
        row = {
            "models": size.models,
            "tasks": sum(said["tasks"].values()),
            "jobs": said["jobs"],
            "compile_seconds": said["compile_seconds"],
            "compile_peak_mb": said["compile_peak_mb"],
            "emit_seconds": said["emit_seconds"],
            "process_seconds": first.cpu_seconds,
            "again_seconds": again.cpu_seconds,
            "peak_mb": first.peak_mb,
            "growth": None,
        }
        if before:
            work = [r["compile_seconds"] + r["emit_seconds"] for r in (before, row)]
            row["growth"] = math.log(work[1] / work[0]) / math.log(row["tasks"] / before["tasks"])
        before = row
        yield row
