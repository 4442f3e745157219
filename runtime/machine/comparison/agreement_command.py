"""`python -m heldout.runtime agreement`: whether results computed again agree with those that were kept.

Reads the cells to look at as JSON, and writes cells.json, cells.csv and cells.parquet. Exit codes:
0 they were compared, whatever came out; 2 what was given cannot be read.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from heldout.runtime.files import write

SUMMARY = "compare results that were computed again with those that were kept"

REFUSED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cells", required=True, type=Path, metavar="FILE", help="the cells to look at")
    parser.add_argument("--kept", required=True, type=Path, metavar="FOLDER", help="the store that was kept")
    parser.add_argument("--store", required=True, type=Path, metavar="FOLDER", help="the new results")
    parser.add_argument("--done", required=True, type=Path, metavar="FOLDER", help="the jobs' done files")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the files go")
    parser.add_argument(
        "--operators", action="append", default=[], type=Path, metavar="FILE", help="a user's operators"
    )


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.lookup import register_file
    from heldout.runtime.machine.comparison.agreement import Asked, agreement
    from heldout.runtime.machine.store import Store
    from heldout.runtime.results.gather import read_troubles

    try:
        for file in arguments.operators:  # they may declare kinds of artifact
            register_file(file)
        cells = [Asked(**cell) for cell in json.loads(arguments.cells.read_bytes())]
        troubles = read_troubles(arguments.done)
        with Store(arguments.kept, key="kept") as kept, Store(arguments.store, key="made") as made:
            rows = [one.row() for one in agreement(cells, kept, made, troubles)]
    except (OSError, ValueError, TypeError, KeyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    arguments.out.mkdir(parents=True, exist_ok=True)
    write(arguments.out / "cells.json", json.dumps(rows, indent=1) + "\n")
    _write_table(rows, arguments.out / "cells")
    return 0


def _write_table(rows: list[dict[str, Any]], path: Path) -> None:
    """A row for each cell, its coordinates as columns `axis.NAME` of text: an axis may be called `task`."""
    import pyarrow as pa

    from heldout.runtime.results.files import write_both

    axes = sorted({axis for row in rows for axis in row["coordinates"]})
    columns: dict[str, Any] = {"stage": pa.array([row["stage"] for row in rows], pa.string())}
    for axis in axes:
        levels = (row["coordinates"].get(axis) for row in rows)
        columns[f"axis.{axis}"] = pa.array([None if one is None else str(one) for one in levels], pa.string())
    for name in ("task", "state", "message"):
        columns[name] = pa.array([row[name] for row in rows], pa.string())
    columns["unmeasured"] = pa.array([" ".join(row["unmeasured"]) for row in rows], pa.string())
    for name in ("difference", "tolerance", "kept_seconds", "seconds"):
        columns[name] = pa.array([row[name] for row in rows], pa.float64())
    write_both(pa.table(columns), path)
