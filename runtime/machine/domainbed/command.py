"""`python -m heldout.runtime import domainbed`: a report of a sweep that DomainBed has made.

Exit codes: 0 the report was written; 2 there is no finished run, or a record cannot be read; 3 the
report cannot be written.
"""

import argparse
import re
import sys
from pathlib import Path

SUMMARY = "write the report of results that another program made"

NOTHING_FOUND = 2
CANNOT_WRITE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("format", choices=["domainbed"], help="who made the results")
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="of the sweep, a folder in it for each run"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the report goes")
    parser.add_argument(
        "--baseline", default="ERM", metavar="ALGORITHM", help="what the others are held against"
    )
    parser.add_argument("--still", action="store_true", help="figures as pictures only")


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.machine.domainbed.records import read_sweep
    from heldout.runtime.machine.domainbed.runs import sweep_provenance
    from heldout.runtime.machine.domainbed.study import imported_study
    from heldout.runtime.machine.report.build import write_report

    try:
        sweep = read_sweep(arguments.folder)
        name = re.sub(r"[^a-z0-9]+", "-", arguments.folder.resolve().name.lower()).strip("-") or "sweep"
        study = imported_study(sweep, name, arguments.baseline)
        write_report(study.plan, study.results, sweep_provenance(sweep), arguments.out, arguments.still)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return NOTHING_FOUND
    except OSError as error:
        print(f"error: the report cannot be written: {error}", file=sys.stderr)
        return CANNOT_WRITE
    return 0
