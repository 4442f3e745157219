"""`python -m heldout.runtime report`: the verdicts, tables, figures and page of a study, or of several.

`--done` and `--out` take as many folders as `--plan` files. One report that fails leaves the others alone.

Exit codes: 0 every report was written, whatever is missing or contradicted; 2 a plan cannot be
read; 3 a report cannot be written.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

SUMMARY = "write the report of a study"

PLAN_REFUSED = 2
CANNOT_WRITE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    many: dict[str, Any] = {"required": True, "action": "extend", "nargs": "+", "type": Path}
    parser.add_argument("--plan", metavar="FILE", help="report.json of the plan", **many)
    parser.add_argument("--store", required=True, type=Path, metavar="FOLDER", help="the results")
    parser.add_argument("--done", metavar="FOLDER", help="the shards' done files", **many)
    parser.add_argument("--out", metavar="FOLDER", help="where the report goes", **many)
    parser.add_argument(
        "--still", action="store_true", help="figures as pictures only: a page 0.9 MB smaller"
    )


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.machine.execute.lean_arrow import spare_pandas

    if not len(arguments.plan) == len(arguments.done) == len(arguments.out):
        print("error: --done and --out need a folder for each --plan", file=sys.stderr)
        return PLAN_REFUSED
    spare_pandas()
    studies = zip(arguments.plan, arguments.done, arguments.out, strict=True)
    return max([_report(*study, arguments.store, arguments.still) for study in studies])


def _report(plan: Path, done: Path, out: Path, store: Path, still: bool) -> int:
    """Write the report of one study; the exit code."""
    from heldout.runtime.machine.report.build import build_report
    from heldout.runtime.machine.store import StoreError

    try:
        return build_report(plan, store, done, out, still)
    except (OSError, StoreError) as error:
        print(f"error: the report cannot be written: {error}", file=sys.stderr)
        return CANNOT_WRITE
