"""`python -m runtime run`: run one shard of a plan.

Exit codes: 0 every task was computed, reused, or is counted as failed or blocked in the done
file; 2 the plan is not for this runtime; 3 the store or the done file cannot be written; 130 and
143 stopped by SIGINT or SIGTERM, what was finished is kept.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from runtime.execute.shard import PlanError, Shard, read_shard

SUMMARY = "run the tasks of one shard"

PLAN_REFUSED = 2
CANNOT_WRITE = 3

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shard", required=True, type=Path, metavar="FILE", help="what to run")
    parser.add_argument("--store", required=True, type=Path, metavar="FOLDER", help="inputs and results")
    parser.add_argument("--done", required=True, type=Path, metavar="FILE", help="written at the end")
    parser.add_argument("--log-events", type=Path, metavar="FILE", help="one JSON line a task")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="CPU threads (default 1)")
    parser.add_argument(
        "--operators", action="append", default=[], type=Path, metavar="FILE", help="a user's operators"
    )


def main(arguments: argparse.Namespace) -> int:
    try:
        shard = read_shard(arguments.shard)
        extra = tuple(path for path in arguments.operators if path not in shard.operators)
        return _run(replace(shard, operators=shard.operators + extra), arguments)
    except PlanError as error:
        print(f"error: {error}", file=sys.stderr)
        return PLAN_REFUSED


def _run(shard: Shard, arguments: argparse.Namespace) -> int:
    # Libraries read these when they are imported, which is why nothing above imports any.
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(arguments.threads)
    if not shard.network:
        from runtime.execute.offline import go_offline

        go_offline()

    from runtime.checkpoint import StopSignal
    from runtime.execute.run import run_shard
    from runtime.store import Store, StoreError

    stop = StopSignal()
    stop.install()
    try:
        with Store(arguments.store, key=f"{shard.study}-{shard.stage}-{shard.shard}") as store:
            return run_shard(shard, store, arguments.done, arguments.log_events, arguments.threads, stop)
    except (StoreError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return CANNOT_WRITE
