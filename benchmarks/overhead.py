"""What heldout adds to a task in a shard, and to a training run over a bare loop of PyTorch."""

import json
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.emitting import STORE, WORKFLOW, emit_study
from benchmarks.paired import paired_ratio
from benchmarks.processes import Measured, measure
from benchmarks.studies import Size, cheap_study, training_study, write_study

SIZE, QUICK = Size(4, 25, 10), Size(1, 3, 1, methods=2)
# Models, steps of each, and pairs of processes: one side, then the other, so that what else runs meets both.
TRAINED, QUICK_TRAINED = (10, 200, 12), (2, 5, 2)


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """One row: cheap tasks against calls of their function, training against a bare loop."""
    with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
        cheap = _of_cheap_tasks(Path(name, "cheap"), QUICK if quick else SIZE)
        training = _of_training(Path(name, "training"), *(QUICK_TRAINED if quick else TRAINED))
    yield cheap | training


def _of_cheap_tasks(folder: Path, size: Size) -> dict[str, Any]:
    """A task in a shard of many, from reading its inputs to having put its result in the store."""
    write_study(folder, cheap_study(size))
    emit_study(folder)
    process, events = _run_shard(folder, "model", "first")
    again, _ = _run_shard(folder, "model", "again", done="again")
    code = (
        "import sys, time; sys.path.insert(0, '..'); import cheap_operators as o\n"
        "o.draw(domain=0, method='erm', trial=0, seed=0)\n"
        f"b = time.perf_counter()\nfor i in range({len(events)}):"
        " o.draw(domain=i, method='erm', trial=0, seed=0)\n"
        "print(time.perf_counter() - b)"
    )
    called = measure(["-c", code], folder / WORKFLOW).json() / len(events)
    inside = statistics.mean(event["seconds"] for event in events[1:])  # the first one imports
    return {
        "cheap_tasks": len(events),
        "shard_seconds": process.seconds,
        "seconds_per_cheap_task": inside,
        "seconds_per_bare_call": called,
        "overhead_per_task_seconds": inside - called,
        "reuse_shard_seconds": again.seconds,
    }


def _of_training(folder: Path, models: int, steps: int, pairs: int) -> dict[str, Any]:
    """Pairs of a shard and a bare loop, each in a process of its own; a side goes first every other time.

    `training_ratio` is shard over loop. `bare_ratio` is what the same comparison says of two bare loops,
    the one of a pair over that of the pair before: what is not 1 there is the machine. An overhead is
    known to the width of these intervals.
    """
    write_study(folder, training_study(models, steps))
    emit_study(folder)
    _run_shard(folder, "digits", "digits")
    trained: list[float] = []
    bare: list[float] = []
    events: list[dict[str, Any]] = []
    losses: list[float] = []
    for pair in range(pairs):
        store = f"{STORE.name}-{pair}"  # a fresh copy of the data each time: nothing is reused
        _copy_store(folder, store)
        for ours in (True, False) if pair % 2 else (False, True):
            if ours:
                _, events = _run_shard(folder, "model", f"model-{pair}", store=store)
                seconds = [event["seconds"] for event in events]
            else:
                said = measure(["-m", "benchmarks.bare_loop", str(models), str(steps)], folder).json()
                seconds, losses = said["seconds"], said["losses"]
            # Without the first model, which imports what it needs.
            (trained if ours else bare).append(statistics.median(seconds[1:]))
    stored = _last_losses(folder / f"{STORE.name}-{pairs - 1}", events)
    return {
        "models": models,
        "steps": steps,
        "pairs": pairs,
        "seconds_per_model": statistics.median(trained),
        "seconds_per_bare_model": statistics.median(bare),
        **paired_ratio(trained, bare, "training_ratio"),
        **paired_ratio(bare[1:], bare[:-1], "bare_ratio"),
        "largest_loss_difference": max(abs(a - b) for a, b in zip(stored, losses, strict=True)),
    }


def _run_shard(
    folder: Path, stage: str, log: str, store: str = STORE.name, done: str = "done"
) -> tuple[Measured, list[dict[str, Any]]]:
    """Run the first shard of a stage as its job does; the process, and the events of its tasks."""
    events = folder / WORKFLOW / f"{log}.jsonl"
    command = ["-m", "heldout.runtime", "run", "--shard", f"plan/{stage}/000.json", "--store", f"../{store}"]
    process = measure([*command, "--done", f"{done}.json", "--log-events", events.name], folder / WORKFLOW)
    return process, list(_task_events(events))


def _task_events(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text().splitlines():
        event = json.loads(line)
        if event.get("status") in ("failed", "blocked"):
            raise RuntimeError(f"a task of {path} {event['status']}: {event['message']}")
        if "status" in event:
            yield event


def _copy_store(folder: Path, name: str) -> None:
    shutil.copytree(folder / STORE, folder / name)


def _last_losses(store: Path, events: list[dict[str, Any]]) -> list[float]:
    """The loss at the last step of every model, from the store, in the order of their seeds."""
    code = (
        "import json, sys; from pathlib import Path; from heldout.runtime.machine.store import Store\n"
        "s = Store(Path(sys.argv[1]))\n"
        "print(json.dumps([s.load(t, 'curve').rows['value'].to_pylist()[-1] for t in sys.argv[2:]]))"
    )
    tasks = [e["task"] for e in sorted(events, key=lambda event: event["coordinates"]["seed"])]
    return list(measure(["-c", code, str(store), *tasks], store).json())
