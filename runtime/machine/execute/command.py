"""`python -m heldout.runtime run`: run shards of a plan, one after the other in one process.

Later shards may read what earlier ones make. `--done`, `--log-events` and `--log` take as many files
as `--shard`, in the same order; `--parts` names a file that says all this, for shards of many studies.

Exit codes: 0 every task was computed, reused, or is counted as failed or blocked in the done
files; 2 the plan is not for this runtime; 3 the machine failed: the store or a done file cannot be
read or written, or memory or open files are used up; 130 and 143 stopped by SIGINT or SIGTERM.
What was finished is kept.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from heldout.runtime.machine.execute.holding import holding
from heldout.runtime.machine.execute.launcher import FAULT, LIFELINE, NODE, Launcher, with_present_gpus
from heldout.runtime.machine.execute.parts import Part, read_parts
from heldout.runtime.machine.execute.shard import PlanError, Shard, read_shard
from heldout.runtime.machine.execute.spread import Spread

SUMMARY = "run the tasks of one shard, or of several"

PLAN_REFUSED = 2
CANNOT_WRITE = FAULT

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    files: dict[str, Any] = {"action": "extend", "nargs": "+", "type": Path, "metavar": "FILE", "default": []}
    parser.add_argument("--shard", help="what to run", **files)
    parser.add_argument("--store", required=True, type=Path, metavar="FOLDER", help="inputs and results")
    parser.add_argument("--done", help="written at the end of a shard", **files)
    parser.add_argument("--log-events", help="one JSON line a task", **files)
    parser.add_argument("--log", help="where a shard's output goes (default: where ours goes)", **files)
    parser.add_argument("--parts", type=Path, metavar="FILE", help="all of these, as one file of JSON")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="CPU threads (default 1)")
    parser.add_argument(
        "--operators", action="append", default=[], type=Path, metavar="FILE", help="a user's operators"
    )


def main(arguments: argparse.Namespace) -> int:
    try:
        parts = _parts(arguments)
        shards = [_shard(part.shard, arguments.operators) for part in parts]
        if len({shard.network for shard in shards}) > 1:
            raise PlanError("shards that use the network and shards that do not cannot run in one process")
        if len({shard.spread for shard in shards}) > 1:
            raise PlanError(
                "shards that one process computes and shards that several do are jobs of their own"
            )
        if LIFELINE in os.environ:  # who started us and others holds the shards
            return _run(shards, parts, arguments)
        by_torchrun = int(os.environ.get("WORLD_SIZE", "1")) > 1
        first = os.environ.get(NODE, "0") == "0" and (not by_torchrun or os.environ.get("RANK") == "0")
        spread = Spread() if by_torchrun else with_present_gpus(shards[0].spread)
        with holding([part.shard for part in parts] if first else []) as held:
            if spread.size > 1:
                return _launch(spread, shards, parts, held)
            return _run(shards, parts, arguments)
    except PlanError as error:
        print(f"error: {error}", file=sys.stderr)
        return PLAN_REFUSED


def _launch(spread: Spread, shards: list[Shard], parts: list[Part], held: list[int]) -> int:
    """Run this command once more in each of several processes."""
    tasks = sum(len(shard.tasks) for shard in shards)
    beside = parts[0].events or parts[0].log
    return Launcher(spread, beside, held, attempts=tasks).run([sys.executable, *sys.orig_argv[1:]])


def _parts(arguments: argparse.Namespace) -> list[Part]:
    """What is to be run, as the arguments say it.

    Raises:
        PlanError: nothing is, or something is said of more or fewer shards than there are.
    """
    shards = arguments.shard
    if arguments.parts is not None:
        if shards:
            raise PlanError("--parts names the shards already: leave --shard out")
        return read_parts(arguments.parts)
    if not shards:
        raise PlanError("name what to run, with --shard or --parts")
    for option in ("done", "log_events", "log"):
        given = len(getattr(arguments, option))
        if given != len(shards) and (given or option == "done"):
            raise PlanError(f"--{option.replace('_', '-')} needs a file for each --shard")
    none = [None] * len(shards)
    events, logs = arguments.log_events or none, arguments.log or none
    return [Part(*files) for files in zip(shards, arguments.done, events, logs, strict=True)]


def _shard(path: Path, operators: list[Path]) -> Shard:
    shard = read_shard(path)
    extra = tuple(file for file in operators if file not in shard.operators)
    return replace(shard, operators=shard.operators + extra)


def _run(shards: list[Shard], parts: list[Part], arguments: argparse.Namespace) -> int:
    # Libraries read these when they are imported, which is why nothing above imports any.
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(arguments.threads)
    first = shards[0]
    if not first.network:
        from heldout.runtime.machine.execute.offline import go_offline

        go_offline()

    from heldout.runtime.checkpoint import StopSignal
    from heldout.runtime.machine.execute.agreement import join
    from heldout.runtime.machine.execute.inputs import InputLoader
    from heldout.runtime.machine.execute.lean_arrow import spare_pandas
    from heldout.runtime.machine.execute.lean_torch import spare_the_compiler
    from heldout.runtime.machine.execute.run import run_shard
    from heldout.runtime.machine.store import Store, StoreError

    spare_the_compiler()
    spare_pandas()
    stop = StopSignal()
    stop.install()
    agreement = None
    try:
        agreement = join()
        if agreement is not None and not agreement.here.is_first:
            parts = [part._replace(log=None) for part in parts]
        with Store(arguments.store, key=f"{first.study}-{first.stage}-{first.shard}") as store:
            loader = InputLoader(store)
            for number, (shard, part) in enumerate(zip(shards, parts, strict=True)):
                if part.log is not None:
                    _say_into(part.log, again=number == 0 and arguments.parts is None)
                code = run_shard(
                    shard, store, part.done, part.events, arguments.threads, stop, loader, agreement
                )
                if code != 0:
                    break
        if agreement is not None:
            agreement.close()
        return code
    except (StoreError, OSError, MemoryError, PlanError) as error:
        print(f"error: {error}", file=sys.stderr)
        code = PLAN_REFUSED if isinstance(error, PlanError) else CANNOT_WRITE
        if agreement is not None:
            _leave(code)
        return code


def _leave(code: int) -> NoReturn:
    """End a process at once that others may wait for: an orderly end would wait for them in turn."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _say_into(path: Path, *, again: bool) -> None:
    """Send all output of the process into a file, from here on; `again`: after what is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("ab" if again else "wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
