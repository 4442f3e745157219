"""The content of a call: all that the executor gives an operator, as one checksum.

A task is called by its recipe, which names its inputs by their recipes; its content has the inputs by their
bytes. Two tasks of one content are one computation, whatever made their inputs.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heldout.runtime.costs import COST, costs_of
from heldout.runtime.machine.catalog.signature import Port
from heldout.runtime.machine.execute.shard import Shard, Task
from heldout.runtime.machine.store import Record, Store
from heldout.runtime.machine.store.record import files_of_port
from heldout.runtime.source.libraries import installed_release

Contents = Mapping[tuple[str, str], str]  # by task and port, the content of what the operator reads of it


@dataclass(frozen=True)
class Known:
    """What the store knows of a task's inputs before they are read.

    Attributes:
        contents: of those that are there.
        missing: tasks that gathered inputs, or inputs of inputs, are made without.
    """

    contents: Contents
    missing: frozenset[str]


def known_inputs(store: Store, task: Task, ports: tuple[Port, ...]) -> Known | None:
    """What the store knows of a task's inputs; None where one is not there that its port needs."""
    known = {port.name: port for port in ports}
    contents: dict[tuple[str, str], str] = {}
    missing: set[str] = set()
    for name, member in _members(task):
        if name not in known or (member is None and not known[name].missing):
            return None
        if member is None:
            continue
        record = store.record(member["task"])
        content = None if record is None else content_of_port(record, member["port"])
        if record is not None and content is not None:
            contents[member["task"], member["port"]] = content
            missing.update(record.get("missing", ()))
        elif known[name].missing:
            missing.add(member["task"])
        else:
            return None
    return Known(contents, frozenset(missing))


def content_of(shard: Shard, task: Task, ports: tuple[Port, ...], contents: Contents) -> str:
    """The content of a task's call.

    That is the operator and its code, the parameters, the components that they choose, the libraries that are
    installed here, and for each port what it does with what it is given (`Use`), and of each input in order
    its kind and the checksums of its files, the number that is meant of it and what is hidden. A path that
    another parameter pins by its checksum is no part of it, as it is none of the task's identity.

    Args:
        shard: that the task is of.
        task: the task.
        ports: of its operator.
        contents: of the inputs that are there; one that is not is given as none.
    """
    uses = {port.name: port.use.value for port in ports}

    def given(member: Mapping[str, Any] | None) -> Any:
        content = None if member is None else contents.get((member["task"], member["port"]))
        if member is None or content is None:
            return None
        return {"content": content, "metric": member.get("metric"), "hide": member.get("hide")}

    inputs = {
        name: [uses[name], [given(m) for m in value] if isinstance(value, list) else given(value)]
        for name, value in task.inputs.items()
    }
    said = {
        "operator": shard.operator,
        "digest": shard.digest,
        "components": task.components,
        "libraries": {name: installed_release(name) for name in task.libraries},
        "parameters": task.parameters,
        "inputs": inputs,
    }
    return _checksum(said)


def content_of_port(record: Record, port: str) -> str | None:
    """The content of one output of a finished task, or of what it cost; None where it has no such output."""
    if port in record["outputs"]:
        files = {name: about["sha256"] for name, about in files_of_port(record, port).items()}
        return _checksum([record["outputs"][port], files])
    return _checksum([COST, costs_of(record)]) if port == COST else None


def _members(task: Task) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    """Every member of a gathered input, and every other input that there is, with its port."""
    for name, given in task.inputs.items():
        if isinstance(given, list):
            yield from ((name, member) for member in given)
        elif given is not None:
            yield name, given


def _checksum(said: Any) -> str:
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
