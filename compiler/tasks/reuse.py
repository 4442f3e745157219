"""What keeps a task from being one that the store has."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.compile import Compiled
from heldout.compiler.store.index import stored_records
from heldout.compiler.tasks.find import Found

FIELDS = ("digest", "components", "libraries", "parameters", "inputs")

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A field of a task that a stored one has otherwise.

    Attributes:
        field: its path, such as `parameters.steps`.
        wanted: in the task; None: not there.
        stored: in the stored one.
    """

    field: str
    wanted: Any
    stored: Any


@dataclass(frozen=True)
class Reuse:
    """A task beside what the store has.

    Attributes:
        operator: that it calls.
        stored: its own record, where the store has it.
        nearest: the record of its operator that differs in the fewest fields, where there is one.
        differences: from that one.
    """

    operator: str
    stored: Record | None
    nearest: Record | None
    differences: tuple[Difference, ...]


def reuse_of(compiled: Compiled, found: Found, store: Path) -> Reuse:
    """Whether the store has a task, else what the nearest one there has otherwise."""
    expansion = compiled.expansions[found.stage]
    text, operator = expansion.text(found.cell), expansion.stage.use
    wanted = {
        "digest": expansion.operator.digest,
        "components": json.loads(text.components),
        "libraries": json.loads(text.libraries),
        "parameters": json.loads(text.parameters),
        "inputs": json.loads(text.inputs),
    }
    nearest: Record | None = None
    fewest: tuple[Difference, ...] = ()
    for record in stored_records(store):
        if record["task"] == found.task:
            return Reuse(operator, record, record, ())
        if record["operator"] == operator:
            differences = tuple(_differences(wanted, record))
            if nearest is None or len(differences) < len(fewest):
                nearest, fewest = record, differences
    return Reuse(operator, None, nearest, fewest)


def _differences(wanted: Record, record: Record) -> Iterator[Difference]:
    for field in FIELDS:
        yield from _compared(field, wanted[field], record.get(field))


def _compared(path: str, wanted: Any, stored: Any) -> Iterator[Difference]:
    if isinstance(wanted, dict) and isinstance(stored, dict) and "task" not in wanted:
        for key in sorted({*wanted, *stored}):
            yield from _compared(f"{path}.{key}", wanted.get(key), stored.get(key))
    elif wanted != stored:
        yield Difference(path, wanted, stored)
