"""Run a shard: every task that the store lacks."""

import os
from pathlib import Path

from heldout.runtime.checkpoint import StopSignal
from heldout.runtime.distributed import largest
from heldout.runtime.lookup import Function, find, register_file
from heldout.runtime.machine.catalog.digest import Digests
from heldout.runtime.machine.execute.agreement import Agreement
from heldout.runtime.machine.execute.environment import prepare_environment
from heldout.runtime.machine.execute.inputs import InputLoader
from heldout.runtime.machine.execute.progress import Progress
from heldout.runtime.machine.execute.rank import follow
from heldout.runtime.machine.execute.shard import PlanError, Shard
from heldout.runtime.machine.execute.stacks import StackRunner
from heldout.runtime.machine.execute.tasks import TaskRunner
from heldout.runtime.machine.store import Store, StoreError
from heldout.runtime.source.libraries import installed_release

LIBRARIES, ANY = "HELDOUT_LIBRARIES", "any"  # the environment variable, and what says that others are meant


def run_shard(
    shard: Shard,
    store: Store,
    done: Path,
    log_events: Path | None = None,
    threads: int = 1,
    stop: StopSignal | None = None,
    loader: InputLoader | None = None,
    agreement: Agreement | None = None,
) -> int:
    """Run the tasks of a shard in order and write the done file.

    A task that fails fails alone; one whose inputs are not in the store is blocked. A fault of the machine
    fails the job, after the tasks that it spares.

    Args:
        shard: what to run.
        store: holds the inputs and takes the results.
        done: written once every task has been computed, reused, failed or was blocked.
        log_events: one JSON line a task.
        threads: CPU threads.
        stop: where a signal is remembered that asks the job to end.
        loader: of inputs, where several shards of one process share it.
        agreement: with the other processes that compute each task, where there are any; the first of them
            alone writes.

    Returns:
        the exit code: 0, or 128 and the number of the signal that stopped the job.

    Raises:
        PlanError: the plan was compiled for another runtime.
        StoreError: the store cannot be read or written, or the machine hindered a task.
    """
    stop = stop or StopSignal()
    loader = loader or InputLoader(store)
    if agreement is None or agreement.here.is_first:
        done.unlink(missing_ok=True)
    function = find_operator(shard)
    environment = prepare_environment(threads)
    if agreement is not None:
        _refuse_alone(shard, function)
        stop.agree = largest
        if not agreement.here.is_first:
            return follow(shard, function, store, agreement, stop, loader)
        environment |= {"processes": agreement.here.size, "nodes": agreement.here.nodes}
    progress = Progress.start(shard, log_events)
    runner = TaskRunner(shard, function, store, progress, environment, stop, loader, agreement)
    try:
        if agreement is None and shard.stack is not None and hasattr(function, "__stacked__"):
            StackRunner(runner, function.__stacked__, shard.stack).run(shard.tasks)
        else:
            for task in shard.tasks:
                runner.run(task)
        store.flush()
        if progress.trouble:
            raise StoreError(progress.trouble)
        if progress.ended < len(shard.tasks):
            progress.stopped(stop.received or 0)
            return 128 + (stop.received or 0)
        progress.finish(done)
        return 0
    finally:
        progress.close()


def _refuse_alone(shard: Shard, function: Function) -> None:
    """See that an operator can be computed by several processes.

    Raises:
        PlanError: it cannot.
    """
    if not function.__operator__["distributed"]:  # type: ignore[attr-defined]
        raise PlanError(f"{shard.operator} runs in one process, and this job has several")


def find_operator(shard: Shard) -> Function:
    """The shard's operator, after seeing that this runtime is the one that the plan is for.

    Raises:
        PlanError: the operator or a component is unknown here, its source is another, or a library is.
    """
    try:
        for path in shard.operators:
            register_file(path)
        wanted = {shard.operator: shard.digest}
        for task in shard.tasks:
            wanted |= task.components
        functions = {name: find(name) for name in wanted}
        digests = Digests()
        here = {name: digests.of(function).text for name, function in functions.items()}
    except ValueError as error:
        raise PlanError(str(error)) from error
    for name, digest in wanted.items():
        if here[name] != digest:
            raise PlanError(
                "the catalog that compiled this plan is not this runtime's: run `heldout catalog --update` "
                f"({name} is {here[name]} here and {digest} in the plan)"
            )
    _refuse_other_libraries(shard)
    function = functions[shard.operator]
    if not hasattr(function, "__operator__"):
        raise PlanError(f"{shard.operator} is a component, not an operator")
    if function.__operator__["network"] != shard.network:
        raise PlanError(f"the plan and the runtime differ on whether {shard.operator} may use the network")
    return function


def _refuse_other_libraries(shard: Shard) -> None:
    """See that the libraries here are of the versions that the tasks are called by.

    Raises:
        PlanError: one is not, and nobody said that this is meant.
    """
    if os.environ.get(LIBRARIES) == ANY:
        return
    wanted: dict[str, str] = {}
    for task in shard.tasks:
        wanted |= task.libraries
    for library, release in wanted.items():
        if (here := installed_release(library)) != release:
            raise PlanError(
                f"the plan is for {library} {release}, and here is {here or 'none'}: install that version, "
                f"run in an image, or set {LIBRARIES}={ANY} to compute with what is here"
            )
