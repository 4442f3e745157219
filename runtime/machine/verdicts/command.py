"""`python -m heldout.runtime power`: the effects that a study's claims would detect.

Exit codes: 0; 2 the plan cannot be read.
"""

import argparse
import json
import sys
from pathlib import Path

SUMMARY = "the effects that a study's claims would detect"

PLAN_REFUSED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", required=True, type=Path, metavar="FILE", help="report.json of the plan")
    parser.add_argument(
        "--store", required=True, type=Path, metavar="FOLDER", help="results, if any, for a pilot"
    )
    parser.add_argument(
        "--operators",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="of the study's own claims",
    )
    parser.add_argument("--json", action="store_true", help="write JSON")


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.machine.store.reader import StoreReader
    from heldout.runtime.machine.verdicts.own_kinds import register_own_kinds
    from heldout.runtime.machine.verdicts.power import has_pilot, powers
    from heldout.runtime.results.gather import gather
    from heldout.runtime.results.plan import ReportPlan

    try:
        plan = ReportPlan.read(arguments.plan)
        register_own_kinds(plan.claims, arguments.operators)
        found = gather(plan, StoreReader(arguments.store), arguments.plan.parent / "no-done-files")
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return PLAN_REFUSED
    claims = powers(plan, found if has_pilot(found) else None)
    if arguments.json:
        print(json.dumps([claim.json() for claim in claims], indent=1))
    for claim in () if arguments.json else claims:
        print(claim.words())
    return 0
