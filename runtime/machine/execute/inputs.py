"""Bring a task's inputs from the store to the operator's ports."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from heldout.runtime.artifacts import Artifact, Scalar, Table
from heldout.runtime.artifacts.parts import memory_of, tensors
from heldout.runtime.machine.catalog.signature import Port
from heldout.runtime.machine.execute.content import content_of_port
from heldout.runtime.machine.execute.hiding import (
    columns_of,
    hidden_from,
    refuse_strange,
    without_columns,
)
from heldout.runtime.machine.execute.shard import Task
from heldout.runtime.machine.store import Store
from heldout.runtime.operator import Use

CACHED_BYTES = 2**30
OBJECT_BYTES = 4096  # what a small artifact's Python objects take, roughly
REFRESH_SECONDS = 1.0


@dataclass
class Inputs:
    """A task's inputs.

    Attributes:
        values: by port, as the operator takes them.
        absent: `PORT: output OUTPUT of task TASK`, for inputs that the store lacks and the port needs.
        missing: tasks that gathered inputs, or inputs of inputs, were made without.
        columns: by port of which some are hidden, all columns and tensors of what it was given.
        contents: by task and port, the content of what was read.
        read: what is given as it was read, by task and port, with the changes that torch had counted by then.
    """

    values: dict[str, Any] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    columns: dict[str, list[str]] = field(default_factory=dict)
    contents: dict[tuple[str, str], str] = field(default_factory=dict)
    read: list[tuple[tuple[str, str], Artifact, int]] = field(default_factory=list)

    def origin(self, artifact: Artifact) -> tuple[str, str] | None:
        """The task and port that an artifact was read from, where it is one of the inputs, unchanged."""
        for place, read, changes in self.read:
            if read is artifact and _changes(artifact) == changes:
                return place
        return None


@dataclass(frozen=True)
class Cached:
    """An input as it was read.

    Attributes:
        size: bytes that it takes in memory.
        changes: of its tensors in place that torch had counted.
        content: of its files.
        missing: tasks that it was made without.
    """

    artifact: Artifact
    size: int
    changes: int
    content: str | None
    missing: tuple[str, ...]


class InputLoader:
    """Loads inputs, and keeps those used last, so that data that many tasks share are read once."""

    def __init__(self, store: Store, max_bytes: int = CACHED_BYTES) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._cache: OrderedDict[tuple[str, str], Cached] = OrderedDict()
        self._bytes = 0
        self._used: set[tuple[str, str]] = set()  # by the task at hand
        self._refreshed = time.monotonic()

    def load(self, task: Task, ports: tuple[Port, ...]) -> Inputs:
        """Every input that the task names.

        Raises:
            ValueError: an input is of another kind than its port, or there is no such port.
        """
        known = {port.name: port for port in ports}
        inputs = Inputs()
        hidden = hidden_from(task.inputs)
        for name, given in task.inputs.items():
            if name not in known:
                raise ValueError(f"the operator has no input port {name!r}")
            port = known[name]
            if given is None:
                inputs.values[name] = None
            elif port.gathered:
                members = given if isinstance(given, list) else [given]
                inputs.values[name] = [self._member(member, port, inputs) for member in members]
            else:
                inputs.values[name] = self._member(given, port, inputs)
        if hidden and not inputs.absent:
            refuse_strange(hidden, inputs.columns)
        return inputs

    def _member(self, given: Mapping[str, Any] | None, port: Port, inputs: Inputs) -> Artifact | None:
        found = None if given is None else self._get(given["task"], given["port"])
        if given is not None and found is not None:
            artifact, place = found.artifact, (given["task"], given["port"])
            inputs.missing.update(found.missing)
            if found.content is not None:
                inputs.contents[place] = found.content
            taken = as_port_takes_it(artifact, port, given.get("metric"))
            if hidden := given.get("hide"):
                inputs.columns.setdefault(port.name, []).extend(columns_of(artifact))
                taken = without_columns(taken, hidden)
            if taken is artifact:
                inputs.read.append((place, artifact, found.changes))
            return taken
        if not port.missing:
            what = "nothing" if given is None else f"output {given['port']} of task {given['task']}"
            inputs.absent.append(f"{port.name}: {what}")
        elif given is not None:
            inputs.missing.add(given["task"])
        return None

    def _get(self, task: str, port: str) -> Cached | None:
        key = (task, port)
        self._used.add(key)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        try:
            artifact = self._store.load(task, port)
        except KeyError:
            if time.monotonic() - self._refreshed < REFRESH_SECONDS:
                return None
            self._refreshed = time.monotonic()
            self._store.refresh()
            if not self._store.has(task):
                return None
            return self._get(task, port)
        size = memory_of(artifact) + OBJECT_BYTES
        record = self._store.record(task)  # the copy that was read: the others are known to be damaged
        content = None if record is None else content_of_port(record, port)
        missing = () if record is None else tuple(record.get("missing", ()))
        found = self._cache[key] = Cached(artifact, size, _changes(artifact), content, missing)
        self._bytes += size
        while self._bytes > self._max_bytes and len(self._cache) > 1:
            _, oldest = self._cache.popitem(last=False)
            self._bytes -= oldest.size
        return found

    def forget_changed(self) -> None:
        """Drop what an operator changed in place, so that no later task sees it.

        torch counts the changes of every tensor; tables are immutable.
        """
        for key in self._used & self._cache.keys():
            cached = self._cache[key]
            if _changes(cached.artifact) != cached.changes:
                del self._cache[key]
                self._bytes -= cached.size
        self._used.clear()

    def clear(self) -> None:
        """Drop everything."""
        self._cache.clear()
        self._bytes = 0


def as_port_takes_it(artifact: Artifact, port: Port, metric: str | None) -> Artifact:
    """An artifact as its port takes it: one number of a table, data without labels, a model to be asked.

    Of a curve the number is that at its last step, as claims read it.

    Raises:
        ValueError: it is of another kind than the port.
    """
    if port.kind is Scalar and isinstance(artifact, Table):
        return Scalar(_at_last_step(artifact, metric).scalar(metric))
    if not isinstance(artifact, port.kind):
        kind = type(artifact).__name__
        raise ValueError(f"port {port.name} takes a {port.kind.__name__}, and was given a {kind}")
    if port.use is Use.QUERIES:
        from heldout.runtime.scoring.queries import sealed  # models, which few jobs need here

        return sealed(artifact)
    return artifact.without_labels() if port.use is Use.ADAPTS else artifact


def _at_last_step(table: Table, metric: str | None) -> Table:
    """The values of a metric over all the data, of a curve the last; the whole table where it has none."""
    if "step" not in table.rows.column_names:
        return table
    rows = [
        row
        for row in table.rows.to_pylist()
        if (metric is None or row["metric"] == metric) and row.get("group") is None
    ]
    steps = [-1 if row["step"] is None else row["step"] for row in rows]
    end = max(steps, default=-1)
    last = [row for row, step in zip(rows, steps, strict=True) if step == end]
    return Table(pa.Table.from_pylist(last, table.rows.schema)) if last else table


def _changes(artifact: Artifact) -> int:
    """How often its tensors were changed in place; one that was gathered since is new, and counts nothing."""
    return sum(0 if tensor.is_inference() else tensor._version for tensor in tensors(artifact))
