"""`python -m heldout.runtime recompute`: whether kept tables follow from the results behind them.

Writes JSON: `identical` and `left` count outputs, `different` lists them. Exit codes: 0 nothing is
different; 1 something is; 2 the plan cannot be read.
"""

import argparse
import json
import sys
from pathlib import Path

from heldout.runtime.files import write

SUMMARY = "compute again the tables that follow from kept results"

DIFFERENT, REFUSED = 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", required=True, type=Path, metavar="FOLDER", help="the plan's shards")
    parser.add_argument("--store", required=True, type=Path, metavar="FOLDER", help="the results")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="where the JSON goes")
    parser.add_argument("--trust-operators", action="store_true", help="run the study's own operators too")


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.device import make_deterministic
    from heldout.runtime.machine.execute.recompute import recompute
    from heldout.runtime.machine.execute.shard import PlanError
    from heldout.runtime.machine.store import Store

    make_deterministic()
    try:
        with Store(arguments.store, key="recompute") as store:
            found = recompute(arguments.plan, store, arguments.trust_operators)
    except (PlanError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    write(arguments.out, json.dumps(vars(found), indent=1, sort_keys=True) + "\n")
    return DIFFERENT if found.different else 0
