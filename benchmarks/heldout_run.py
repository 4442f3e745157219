"""Run a study by the command that a user writes, in a folder of its own."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.processes import Measured, measure

CORES = 2
COMMAND = "from heldout.compiler.cli import main; main()"


class HeldoutRun(NamedTuple):
    """One run.

    Attributes:
        process: of the command.
        workflow: the folder of the workflow that it emitted and ran.
        store: of artifacts.
        computed: tasks.
    """

    process: Measured
    workflow: Path
    store: Path
    computed: int


def heldout_run(spec: Path, folder: Path, scale: str | None = None, cores: int = CORES) -> HeldoutRun:
    """`heldout run SPEC` from nothing: the results and the store lie in the folder.

    Raises:
        RuntimeError: a task failed, or the command did.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scaled = ["--scale", scale] if scale else []
    options = ["--cores", str(cores), "--json", "--results", "results", "--store", "store"]
    process = measure(["-c", COMMAND, "run", str(spec.resolve()), *scaled, *options], folder)
    said: dict[str, Any] = json.loads(process.output)
    return HeldoutRun(process, folder / said["folder"], folder / "store", said["computed"])


def job_seconds(benchmark: Path) -> float:
    """The wall clock of a job, from the file that Snakemake writes of it."""
    names, values = (line.split("\t") for line in benchmark.read_text().splitlines())
    return float(values[names.index("s")])


def report_seconds(workflow: Path) -> float:
    """Of the job that wrote the report."""
    return job_seconds(workflow / "benchmarks" / "report.tsv")
