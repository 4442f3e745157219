"""Which functions take the seconds of a job: one job of every stage again, and the report, under cProfile."""

import hashlib
import json
import pstats
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.processes import measure

TASKS = 20  # of a stage: enough to see what repeats
SHOWN = 8  # functions of a job
IMPORTS = ("<frozen importlib._bootstrap>", "_find_and_load")


def function_seconds(
    workflow: Path, store: Path, jobs: tuple[str, ...] | None = None
) -> list[dict[str, Any]]:
    """A row a function, those with the most seconds of their own first, by job (default: all jobs).

    The first row of a job is what importing took with all that it calls; its own seconds are in the
    others too. cProfile makes Python slower and leaves compiled code alone, so shares are of the
    profiled run.
    """
    rows = []
    for name, command in _jobs(workflow, store):
        if jobs is not None and name not in jobs:
            continue
        file = workflow / f"{name}.profile"
        measure(["-m", "cProfile", "-o", file.name, *command], workflow)
        rows += list(_rows(name, file))
    return rows


def _jobs(workflow: Path, store: Path) -> Iterator[tuple[str, list[str]]]:
    at = ["--store", str(store.resolve())]
    for stage in json.loads((workflow / "plan" / "needs.json").read_bytes()):
        shard = sorted((workflow / "plan" / stage).glob("*.json"))[0]
        renamed = workflow / f"{stage}.again.json"
        renamed.write_text(json.dumps(_as_new(json.loads(shard.read_bytes()))))
        done = ["--done", f"{stage}.again.done"]
        yield stage, ["-m", "heldout.runtime", "run", "--shard", renamed.name, *at, *done]
    options = ["--plan", "plan/report.json", "--done", "done", "--out", "again"]
    yield "report", ["-m", "heldout.runtime", "report", *options, *at]


def _as_new(shard: dict[str, Any]) -> dict[str, Any]:
    """The first tasks of a shard under other names, so that the store does not have their results."""
    tasks = [
        task | {"task": hashlib.sha256(task["task"].encode()).hexdigest()} for task in shard["tasks"][:TASKS]
    ]
    return shard | {"tasks": tasks}


def _rows(job: str, file: Path) -> Iterator[dict[str, Any]]:
    stats = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]
    whole = sum(own for _, _, own, _, _ in stats.values())
    imports = max((of[3] for (path, _, name), of in stats.items() if (path, name) == IMPORTS), default=0.0)
    yield _row(job, "(imports, with all that they call)", None, imports, whole)
    most = sorted(stats.items(), key=lambda item: item[1][2], reverse=True)[:SHOWN]
    for (path, line, name), (_, calls, own, _, _) in most:
        where = name if path == "~" else f"{'/'.join(Path(path).parts[-2:])}:{line} {name}"
        yield _row(job, where, calls, own, whole)


def _row(job: str, function: str, calls: int | None, seconds: float, whole: float) -> dict[str, Any]:
    return {
        "job": job,
        "function": function,
        "calls": calls,
        "seconds": seconds,
        "share": seconds / whole,
    }
