"""Checkpoints of processes that have weights cut over them, read as one, or cut anew for another number.

Each process's file holds some rows of what is cut, one process's after the other's, and all of what is not;
its notes say, under `rows`, of which tensors there are how many rows in all.

torch.distributed.checkpoint cuts anew as well. It has no checksum by which a flipped bit is found, its list
of what lies where is a pickle, and one process writes that last, where here any file may come last.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from heldout.runtime.checkpoint_file import Damaged, read

ROWS = "rows"


def rows_of(count: int, number: int, processes: int) -> range:
    """The rows of a tensor that a process has, as FSDP2 cuts them: as many as others, but for the last ones.

    Args:
        count: of the tensor's rows.
        number: of the process.
        processes: how many there are.
    """
    most = -(-count // processes)
    return range(min(number * most, count), min((number + 1) * most, count))


def read_joined(paths: Sequence[Path], number: int = 0, processes: int = 1) -> tuple[dict[str, Tensor], Any]:
    """What a process has of a checkpoint that others have written: all of it, where there is one.

    A file is looked at where it has rows that the process is to have, and the first one for the rest.

    Args:
        paths: of the files, in the order of the processes that wrote them.
        number: of the process.
        processes: how many there are now.

    Raises:
        Damaged: a file is no whole checkpoint, or no part of one.
    """
    first, notes = read(paths[0])
    counts: Mapping[str, int] | None = notes.get(ROWS)
    if counts is None:
        raise Damaged(f"it is of {len(paths)} processes, each of which kept its own")
    found: dict[str, list[Tensor]] = {name: [] for name in first}
    for place, path in enumerate(paths):
        wanted = {
            name: _overlap(count, place, len(paths), number, processes) for name, count in counts.items()
        }
        if place and not any(wanted.values()):
            continue
        part, said = (first, notes) if place == 0 else read(path)
        if said["step"] != notes["step"] or said.get(ROWS) != counts:
            raise Damaged("its files are not of the same step")
        for name, rows in wanted.items():
            found[name].append(part[name][rows.start : rows.stop].clone())
    joined = {name: torch.cat(parts) if parts else first[name] for name, parts in found.items()}
    return joined, {key: value for key, value in notes.items() if key != ROWS}


def _overlap(count: int, place: int, places: int, number: int, processes: int) -> range:
    """Which rows of the file at a place a process is to have, counted from the file's first."""
    there, here = rows_of(count, place, places), rows_of(count, number, processes)
    start, stop = max(there.start, here.start), min(there.stop, here.stop)
    return range(start - there.start, stop - there.start) if start < stop else range(0)
