"""`python -m heldout.runtime report`: the verdicts, tables, figures and page of a study.

Exit codes: 0 the report was written, whatever is missing or contradicted; 2 the plan cannot be
read; 3 the report cannot be written.
"""

import argparse
import sys
from pathlib import Path

SUMMARY = "write the report of a study"

CANNOT_WRITE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", required=True, type=Path, metavar="FILE", help="report.json of the plan")
    parser.add_argument("--store", required=True, type=Path, metavar="FOLDER", help="the results")
    parser.add_argument("--done", required=True, type=Path, metavar="FOLDER", help="the shards' done files")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the report goes")
    parser.add_argument(
        "--still", action="store_true", help="figures as pictures only: a page 0.9 MB smaller"
    )


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.machine.execute.lean_arrow import spare_pandas
    from heldout.runtime.machine.report.build import build_report
    from heldout.runtime.machine.store import StoreError

    spare_pandas()
    try:
        return build_report(arguments.plan, arguments.store, arguments.done, arguments.out, arguments.still)
    except (OSError, StoreError) as error:
        print(f"error: the report cannot be written: {error}", file=sys.stderr)
        return CANNOT_WRITE
