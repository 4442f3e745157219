"""Where the seconds of a run go: `python -m benchmarks profile [--spec FILE] [--scale NAME] [--cores N]`."""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.functions import function_seconds
from benchmarks.heldout_run import CORES, HeldoutRun, heldout_run, job_seconds
from benchmarks.processes import REPOSITORY, measure
from benchmarks.tables import table
from benchmarks.task_seconds import ShardEvents, shard_events

SPEC = REPOSITORY / "specs" / "domain-generalization" / "rotated-digits.yaml"
SCALE = "small"


class Profile(NamedTuple):
    """Tables of a run: its parts, and the functions that its jobs spend their seconds in, if asked for."""

    parts: list[dict[str, Any]]
    functions: list[dict[str, Any]]


def profile(spec: Path, scale: str | None, cores: int = CORES, functions: bool = False) -> Profile:
    """Run a study from nothing, and see where its seconds went.

    In `parts`, `wall_seconds` of the phases add up to those of the whole. `core_seconds` add up to wall
    seconds times cores: a phase of one process holds all cores, and within the jobs a core makes
    results, puts them into the store, is between tasks, starts or ends a process, or is idle. `share`
    is of these.
    """
    with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
        began = time.time()
        run = heldout_run(spec, Path(name), scale, cores)
        parts = _parts(run, began, cores)
        return Profile(parts, function_seconds(run.workflow, run.store) if functions else [])


def _parts(run: HeldoutRun, began: float, cores: int) -> list[dict[str, Any]]:
    """A row a part of a run that began so many seconds after the epoch."""
    ended = began + run.process.seconds
    arguments = [str(run.workflow), str(run.store)]
    stages = measure(["-m", "benchmarks.task_seconds", *arguments], run.workflow).json()
    emitted = (run.workflow / "Snakefile").stat().st_mtime  # the last file that is emitted
    jobs = [_job(path) for path in run.workflow.glob("benchmarks/*/*.tsv")]
    report = _job(run.workflow / "benchmarks" / "report.tsv")
    shards = list(shard_events(run.workflow))
    first = min(job[0] for job in jobs)
    phases = {
        "compiling and emitting": emitted - began,
        "Snakemake until the first job": first - emitted,
        "jobs": report[0] - first,
        "report": report[1] - report[0],
        "until the command ends": ended - report[1],
    }
    inside = _inside_jobs(stages, jobs, shards, cores * phases["jobs"])
    rows = []
    for phase, seconds in phases.items():
        rows.append(_row(phase, wall=seconds, core=cores * seconds, whole=cores * run.process.seconds))
        if phase == "jobs":
            rows += [_row(**part, whole=cores * run.process.seconds) for part in inside]
    whole = run.process.seconds
    return [
        *rows,
        _row(
            "all",
            count=run.computed,
            wall=whole,
            core=cores * whole,
            cpu=run.process.cpu_seconds,
            whole=cores * whole,
        ),
    ]


def _inside_jobs(
    stages: dict[str, Any], jobs: list[tuple[float, float]], shards: list[ShardEvents], core_seconds: float
) -> list[dict[str, Any]]:
    """What the cores did while there were jobs."""
    parts: list[dict[str, Any]] = [
        {"part": f"  {name}", "count": int(of["tasks"]), "core": of["making"], "cpu": of["cpu"]}
        for name, of in stages.items()
    ]
    tasks = sum(int(of["tasks"]) for of in stages.values())
    making, putting = (sum(of[kind] for of in stages.values()) for kind in ("making", "putting"))
    running = sum(shard.ended - shard.began for shard in shards)
    holding = sum(ended - began for began, ended in jobs)
    return [
        *parts,
        {"part": "  results into the store", "count": tasks, "core": putting},
        {"part": "  between tasks", "count": tasks, "core": running - making - putting},
        {"part": "  processes that start and end", "count": len(jobs), "core": holding - running},
        {"part": "  no job", "core": core_seconds - holding},
    ]


def _job(benchmark: Path) -> tuple[float, float]:
    """When a job began and ended, from the file that Snakemake writes at its end."""
    ended = benchmark.stat().st_mtime
    return ended - job_seconds(benchmark), ended


def _row(
    part: str,
    *,
    core: float,
    whole: float,
    wall: float | None = None,
    count: int | None = None,
    cpu: float | None = None,
) -> dict[str, Any]:
    return {
        "part": part,
        "count": count,
        "wall_seconds": wall,
        "core_seconds": core,
        "cpu_seconds": cpu,
        "share": core / whole,
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks profile", description=__doc__)
    parser.add_argument("--spec", type=Path, metavar="FILE", help="the study (default: the main one)")
    parser.add_argument("--scale", metavar="NAME", help=f"of the study (default of the main one: {SCALE})")
    parser.add_argument("--cores", type=int, default=CORES, metavar="N", help="so many jobs at once")
    parser.add_argument("--functions", action="store_true", help="also the functions that take the most")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows as JSON")
    options = parser.parse_args(arguments)
    if options.spec is None:
        options.spec, options.scale = SPEC, options.scale or SCALE
    found = profile(options.spec, options.scale, options.cores, options.functions)
    print("\n".join(table(rows) for rows in found if rows), end="")
    if options.json is not None:
        options.json.write_text(json.dumps(found._asdict(), indent=1) + "\n")
    return 0
