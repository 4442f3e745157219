"""What a stage hides from its operator, of the artifacts that it is given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from heldout.runtime.artifacts import Artifact

LABEL = "label"


def columns_of(artifact: Artifact) -> tuple[str, ...]:
    """The columns and tensors of an artifact that has rows; nothing of others."""
    rows = getattr(artifact, "rows", None)
    if not isinstance(rows, pa.Table) or type(artifact).holds_metrics:
        return ()
    beside = ("tensors", "encoded", "sequences")
    return (*rows.column_names, *(name for members in beside for name in getattr(artifact, members, ())))


def without_columns(artifact: Artifact, names: Sequence[str]) -> Artifact:
    """An artifact without some of its columns and tensors; one that has no rows as it is.

    With the column `label` goes all that answers, as where an operator adapts to inputs.
    """
    if not columns_of(artifact):
        return artifact
    artifact = artifact.without_labels() if LABEL in names else artifact
    if callable(without := getattr(artifact, "without", None)):
        kept: Artifact = without(names)
        return kept
    left: dict[str, Any] = {"rows": _left(getattr(artifact, "rows"), names)}  # noqa: B009 - kinds of others have rows too
    tensors = getattr(artifact, "tensors", None)
    if isinstance(tensors, Mapping):
        left["tensors"] = {name: tensor for name, tensor in tensors.items() if name not in names}
    return replace(artifact, **left)  # type: ignore[type-var] # kinds that have rows are dataclasses


def _left(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    return rows.select([name for name in rows.column_names if name not in names])


def hidden_from(inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """What the inputs of a task say that is hidden from its operator."""
    return tuple(dict.fromkeys(name for member in _members(inputs) for name in member.get("hide", ())))


def refuse_strange(names: Iterable[str], found: Mapping[str, Iterable[str]]) -> None:
    """See that all that is hidden is there: a name that is written wrong would hide nothing.

    Args:
        names: that are hidden.
        found: by port, the columns and tensors of what it was given.

    Raises:
        ValueError: no input has one of them.
    """
    there = {name: tuple(dict.fromkeys(columns)) for name, columns in found.items()}
    known = {column for columns in there.values() for column in columns}
    if strange := [name for name in names if name not in known]:
        listed = "; ".join(f"{port} has {', '.join(columns)}" for port, columns in there.items() if columns)
        raise ValueError(f"`hide` names {strange[0]!r}, and no input has it ({listed or 'none has rows'})")


def _members(inputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for given in inputs.values():
        yield from (one for one in (given if isinstance(given, list) else [given]) if one is not None)
