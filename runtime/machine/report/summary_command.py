"""`python -m heldout.runtime summary`: the verdicts and tables of a study as JSON, for other programs.

Exit codes: 0 the file was written, whatever is missing or contradicted; 2 the plan, a done file or a file of
the study's own claims cannot be read.
"""

import argparse
import json
import sys
from pathlib import Path

SUMMARY = "write the verdicts and tables of a study as JSON"

REFUSED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", required=True, type=Path, metavar="FILE", help="report.json of the plan")
    parser.add_argument("--store", required=True, type=Path, metavar="FOLDER", help="the results")
    parser.add_argument("--done", required=True, type=Path, metavar="FOLDER", help="the shards' done files")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the file to write")


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.files import write
    from heldout.runtime.machine.execute.lean_arrow import spare_pandas
    from heldout.runtime.machine.report.summary import summary
    from heldout.runtime.machine.store import Store
    from heldout.runtime.machine.verdicts.own_kinds import register_own_kinds
    from heldout.runtime.results.gather import gather
    from heldout.runtime.results.plan import ReportPlan

    spare_pandas()
    workflow = arguments.plan.absolute().parents[1]
    try:
        plan = ReportPlan.read(arguments.plan)
        register_own_kinds(plan.claims, [workflow / name for name in plan.about.get("operators", ())])
        with Store(arguments.store, key="summary") as store:
            found = summary(plan, gather(plan, store, arguments.done))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    write(arguments.out, json.dumps(found, ensure_ascii=False) + "\n")
    return 0
