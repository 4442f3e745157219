"""Compute again what follows from kept results, without training or inference, and compare the bytes."""

import math
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from heldout.runtime.artifacts import Artifact, Predictions, Table
from heldout.runtime.artifacts.kinds import kind_called
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.costs import COST
from heldout.runtime.machine.catalog.signature import operator_signature
from heldout.runtime.machine.execute.call import arguments_of, checked_outputs, seed_global_generators
from heldout.runtime.machine.execute.inputs import InputLoader
from heldout.runtime.machine.execute.run import find_operator
from heldout.runtime.machine.execute.shard import PlanError, Shard, Task, read_shard
from heldout.runtime.machine.store import Store
from heldout.runtime.machine.store.checked import file_sha256
from heldout.runtime.machine.store.record import Record
from heldout.runtime.machine.store.scratch import scratch_root
from heldout.runtime.resources import Resources
from heldout.runtime.scoring.scores import scores

SCORED = "evaluate/classification"  # its table follows from its own predictions
LONGEST_SECONDS = 60.0  # of one task
PATIENCE_SECONDS = 1800.0  # of all of them


@dataclass
class Recomputed:
    """What came out.

    Attributes:
        identical: outputs that were computed again to the same bytes, by `STAGE.PORT`.
        different: those with other bytes: stage, port, task, coordinates, and `difference`, the
            largest of their values, None where they are no tables of the same shape, or `error`
            where computing them again failed.
        left: outputs that were not computed again, by `STAGE.PORT: REASON`.
    """

    identical: Counter[str] = field(default_factory=Counter)
    different: list[dict[str, Any]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


def recompute(plan: Path, store: Store, trust: bool = False) -> Recomputed:
    """Compute again every task whose inputs are all in a store, and none of them heavy: data or a model.

    The table of a classifier's scores is computed from the predictions that were kept beside it.
    Left are the others, those that take longer than a minute here, whatever their records say, those that
    half an hour was not enough for, and those whose operator is not this runtime's: another version's, or
    the user's own and not trusted.

    Args:
        plan: the folder of the shards.
        store: the results.
        trust: run the user's own operators too.
    """
    found, loader = Recomputed(), InputLoader(store)
    until = time.monotonic() + PATIENCE_SECONDS
    for shard in _shards(plan, trust):
        try:
            function = find_operator(shard)
        except PlanError as error:
            for _, record in _finished(shard, store):
                _leave(found, shard, record, str(error))
            continue
        signature = operator_signature(function)
        for task, record in _finished(shard, store):
            try:
                if reason := _reason(shard, task, record, store, until):
                    outputs = _scored(shard, record, store)
                    _leave(found, shard, record, reason, but=outputs)
                else:
                    with _at_most(LONGEST_SECONDS):
                        values = loader.load(task, signature.ports).values
                        seed_global_generators(record.get("content", task.task))
                        arguments = arguments_of(function, signature, task, values, Checkpoint(), Resources())
                        outputs = checked_outputs(signature, function(**arguments))
                for port, artifact in outputs.items():
                    if port in record["outputs"]:
                        _compare(found, shard, task, record, port, artifact, store)
            except _TooLong:
                _leave(found, shard, record, "it takes longer than a minute")
            except Exception as error:  # a result that is none, of which anything may be brought about
                about = {"port": "", "difference": None, "error": f"{type(error).__name__}: {error}"}
                found.different.append({**_place(shard, task), **about})
    return found


def _shards(plan: Path, trust: bool) -> Iterator[Shard]:
    for path in sorted(plan.glob("*/*.json")):
        shard = read_shard(path)
        files = tuple(plan.parent / file for file in shard.operators) if trust else ()
        yield replace(shard, operators=files)


def _finished(shard: Shard, store: Store) -> Iterator[tuple[Task, Record]]:
    for task in shard.tasks:
        record = store.record(task.task)
        if record is not None:
            yield task, record


class _TooLong(BaseException):
    """A task takes too long; no operator takes it for an error of its own."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End what is done in the block after some time, where this is the thread that hears of it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _reason(shard: Shard, task: Task, record: Record, store: Store, until: float) -> str:
    """Why a task is not computed again; empty where it is."""
    members = [
        member
        for given in task.inputs.values()
        for member in (given if isinstance(given, list) else [given])
        if member is not None
    ]
    if not members or shard.network:
        return "it reads no results"
    if time.monotonic() > until:
        return "those before it took half an hour"
    missing = set(record.get("missing", ()))
    for member in members:
        read = store.record(member["task"])
        if member["task"] in missing:
            continue
        if read is not None and member["port"] == COST and COST not in read["outputs"]:
            continue  # what it cost is in its record
        if read is None or member["port"] not in read["outputs"]:
            return "it reads what was not kept"
        kind = read["outputs"][member["port"]]
        try:
            if kind_called(kind).heavy:
                return "it reads data or a model"
        except ValueError:  # of the user's own operators, which were not read
            return f"it reads a {kind}, a kind of artifact that is not this runtime's"
    return ""


def _scored(shard: Shard, record: Record, store: Store) -> dict[str, Artifact]:
    """The table of a classifier's scores, from its predictions."""
    if shard.operator != SCORED or not {"table", "predictions"} <= record["outputs"].keys():
        return {}
    predictions = store.load(record["task"], "predictions")
    assert isinstance(predictions, Predictions)  # as the port of this operator is declared
    return {"table": Table.of(scores(predictions))}


def _leave(
    found: Recomputed, shard: Shard, record: Record, reason: str, but: Mapping[str, Artifact] | None = None
) -> None:
    for port in record["outputs"].keys() - (but or {}).keys():
        found.left[f"{shard.stage}.{port}: {reason}"] += 1


def _compare(
    found: Recomputed, shard: Shard, task: Task, record: Record, port: str, made: Artifact, store: Store
) -> None:
    kept = {n: f["sha256"] for n, f in record["files"].items() if n.startswith(f"{port}/")}
    if _checksums(port, made) == kept:
        found.identical[f"{shard.stage}.{port}"] += 1
        return
    difference = _difference(made, store.load(task.task, port))
    found.different.append({**_place(shard, task), "port": port, "difference": difference})


def _place(shard: Shard, task: Task) -> dict[str, Any]:
    return {"stage": shard.stage, "task": task.task, "coordinates": task.coordinates}


def _checksums(port: str, made: Artifact) -> dict[str, str]:
    """The checksums of an artifact's files, by `PORT/FILE`."""
    with tempfile.TemporaryDirectory(prefix="heldout-", dir=scratch_root()) as folder:
        made.save(Path(folder))
        paths = [path for path in Path(folder).rglob("*") if path.is_file()]
        return {f"{port}/{path.relative_to(folder).as_posix()}": file_sha256(path) for path in paths}


def _difference(made: Artifact, kept: Artifact) -> float | None:
    """The largest difference of the values of two tables; None where their other columns differ."""
    if not isinstance(made, Table) or not isinstance(kept, Table):
        return None
    if made.rows.drop_columns(["value"]) != kept.rows.drop_columns(["value"]):
        return None
    pairs = zip(made.rows["value"].to_pylist(), kept.rows["value"].to_pylist(), strict=True)
    sizes = [abs(a - b) for a, b in pairs if a is not None and b is not None]
    return max((size for size in sizes if math.isfinite(size)), default=0.0)
