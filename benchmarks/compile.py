"""How long compiling and emitting take, how much memory, and how both grow with the tasks."""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.emitting import emit_study
from benchmarks.studies import Size, search_study, write_study

SIZES = (Size(4, 10, 5), Size(8, 20, 5), Size(10, 40, 10), Size(20, 100, 10))
QUICK = (Size(1, 2, 1, methods=2), Size(2, 3, 2, methods=2))


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """A row a size; `growth` is the exponent b of seconds ~ tasks^b since the row before."""
    before: dict[str, Any] = {}
    for size in QUICK if quick else SIZES:
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
            "emit_seconds": said["emit_seconds"],
            "process_seconds": first.seconds,
            "again_seconds": again.seconds,
            "peak_mb": first.peak_mb,
            "growth": None,
        }
        if before:
            work = [r["compile_seconds"] + r["emit_seconds"] for r in (before, row)]
            row["growth"] = math.log(work[1] / work[0]) / math.log(row["tasks"] / before["tasks"])
        before = row
        yield row
