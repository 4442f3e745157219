"""Many studies in one run, against one run after the other."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.heldout_run import COMMAND, CORES
from benchmarks.processes import REPOSITORY, Measured, measure
from benchmarks.studies import Size, search_study

SPECS = sorted((REPOSITORY / "specs").glob("*/*.yaml"))
QUICK = [Size(1, 2, 1, methods=1), Size(1, 2, 1, methods=2)]


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """One row: the shipped studies at the scale smoke, from nothing, each way."""
    with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
        folder = Path(name)
        specs = _generated(folder) if quick else SPECS
        scaled = [] if quick else ["--scale", "smoke"]
        together = _run(folder, "together", *map(str, specs), *scaled)
        said = json.loads(together.output)
        alone = [_run(folder, "alone", str(spec), *scaled) for spec in specs]
    computed = sum(study["computed"] for study in said["studies"]) + said["common"]
    yield {
        "studies": len(specs),
        "tasks": computed,
        "tasks_alone": sum(json.loads(one.output)["computed"] for one in alone),
        "seconds": together.seconds,
        "cpu_seconds": together.cpu_seconds,
        "cpu_seconds_a_study": together.cpu_seconds / len(specs),
        "alone_seconds": sum(one.seconds for one in alone),
        "alone_cpu_seconds": sum(one.cpu_seconds for one in alone),
        "ratio": sum(one.cpu_seconds for one in alone) / together.cpu_seconds,
    }


def _run(folder: Path, place: str, *arguments: str) -> Measured:
    """`heldout run` with results and a store of this place, which the next run at it finds."""
    options = ["--cores", str(CORES), "--json", "--results", f"{place}/results", "--store", f"{place}/store"]
    return measure(["-c", COMMAND, "run", *arguments, *options], folder)


def _generated(folder: Path) -> list[Path]:
    """Two small studies, of which the second has the models of the first and more."""
    specs = []
    for number, size in enumerate(QUICK):
        specs.append(folder / f"study-{number}.yaml")
        specs[-1].write_text(search_study(size).replace("benchmark-search", f"benchmark-{number}"))
    return specs
