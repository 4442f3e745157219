"""Run a shard: every task that the store lacks, one after the other."""

import gc
import platform
import time
import traceback
from pathlib import Path
from typing import Any

import torch

from runtime.catalog.digest import function_digest
from runtime.catalog.lookup import Function, find, register_file
from runtime.catalog.signature import operator_signature
from runtime.checkpoint import Checkpoint, StopSignal
from runtime.device import make_deterministic
from runtime.execute.call import call_operator
from runtime.execute.inputs import InputLoader, Inputs
from runtime.execute.progress import Progress
from runtime.execute.shard import PlanError, Shard, Task
from runtime.operator import Interrupted
from runtime.store import Store, StoreError


def run_shard(
    shard: Shard,
    store: Store,
    done: Path,
    log_events: Path | None = None,
    threads: int = 1,
    stop: StopSignal | None = None,
    loader: InputLoader | None = None,
) -> int:
    """Run the tasks of a shard in order and write the done file.

    A task that fails fails alone; one whose inputs are not in the store is blocked.

    Args:
        shard: what to run.
        store: holds the inputs and takes the results.
        done: written once every task has been computed, reused, failed or was blocked.
        log_events: one JSON line a task.
        threads: CPU threads.
        stop: where a signal is remembered that asks the job to end.
        loader: of inputs, where several shards of one process share it.

    Returns:
        the exit code: 0, or 128 and the number of the signal that stopped the job.

    Raises:
        PlanError: the plan was compiled for another runtime.
        StoreError: the store cannot be written.
    """
    stop = stop or StopSignal()
    done.unlink(missing_ok=True)
    function = find_operator(shard)
    progress = Progress.start(shard, log_events)
    environment = make_deterministic(threads) | {
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    runner = TaskRunner(shard, function, store, progress, environment, stop, loader or InputLoader(store))
    try:
        for task in shard.tasks:
            if stop.received is None:
                runner.run(task)
            if stop.received is not None:
                break
        store.flush()
        if progress.ended < len(shard.tasks):
            progress.stopped(stop.received or 0)
            return 128 + (stop.received or 0)
        progress.finish(done)
        return 0
    finally:
        progress.close()


def find_operator(shard: Shard) -> Function:
    """The shard's operator, after seeing that this runtime is the one that the plan is for.

    Raises:
        PlanError: the operator or a component is unknown here, or its source is another.
    """
    try:
        for path in shard.operators:
            register_file(path)
        wanted = {shard.operator: shard.digest}
        for task in shard.tasks:
            wanted |= task.components
        functions = {name: find(name) for name in wanted}
    except ValueError as error:
        raise PlanError(str(error)) from error
    for name, digest in wanted.items():
        if function_digest(functions[name]) != digest:
            raise PlanError(
                "the catalog that compiled this plan is not this runtime's: run `heldout catalog --update` "
                f"({name} is {function_digest(functions[name])} here and {digest} in the plan)"
            )
    function = functions[shard.operator]
    if not hasattr(function, "__operator__"):
        raise PlanError(f"{shard.operator} is a component, not an operator")
    if function.__operator__["network"] != shard.network:
        raise PlanError(f"the plan and the runtime differ on whether {shard.operator} may use the network")
    return function


class TaskRunner:
    """Runs the tasks of one shard, each on its own."""

    def __init__(
        self,
        shard: Shard,
        function: Function,
        store: Store,
        progress: Progress,
        environment: dict[str, Any],
        stop: StopSignal,
        loader: InputLoader,
    ) -> None:
        self._shard = shard
        self._function = function
        self._signature = operator_signature(function)
        self._store = store
        self._progress = progress
        self._environment = environment
        self._stop = stop
        self._loader = loader

    def run(self, task: Task) -> None:
        """Reuse, compute, or note why not.

        Raises:
            StoreError: the store cannot be written.
        """
        began, began_cpu = time.perf_counter(), time.process_time()
        if self._is_kept(task):
            self._progress.note(task, "reused", time.perf_counter() - began)
            return
        try:
            inputs = self._loader.load(task, self._signature.ports)
            if inputs.absent:
                message = f"not in the store, since they failed or never ran: {'; '.join(inputs.absent)}"
                self._progress.note(task, "blocked", 0.0, inputs=inputs.absent, message=message)
                return
            self._compute(task, inputs, began, began_cpu)
        except StoreError:
            raise
        except (Exception, SystemExit) as error:
            if isinstance(error, Interrupted) and self._stop.received is not None:
                return
            self._note_failure(task, error, time.perf_counter() - began)
        self._loader.forget_changed()

    def _is_kept(self, task: Task) -> bool:
        """Whether the store has the result, and nothing that it was made without has come since."""
        record = self._store.record(task.task)
        if record is None or any(self._store.has(missing) for missing in record.get("missing", ())):
            return False
        return self._store.verify(task.task)

    def _compute(self, task: Task, inputs: Inputs, began: float, began_cpu: float) -> None:
        checkpoint = Checkpoint(self._store.checkpoint_folder(task.task), self._stop)
        outputs = call_operator(self._function, self._signature, task, inputs.values, checkpoint)
        seconds = time.perf_counter() - began
        record = {
            "operator": self._shard.operator,
            "digest": self._shard.digest,
            "components": task.components,
            "parameters": task.parameters,
            "inputs": task.inputs,
            "seconds": round(seconds, 6),
            "cpu_seconds": round(time.process_time() - began_cpu, 6),
            "finished": round(time.time(), 3),
            "environment": self._environment,
        }
        if inputs.missing:
            record["missing"] = sorted(inputs.missing)
        self._store.put(task.task, record, outputs)
        if self._signature.checkpoint is not None:
            self._store.flush()  # the result first, then its checkpoint may go
            checkpoint.clear()
        self._progress.note(task, "computed", time.perf_counter() - began)

    def _note_failure(self, task: Task, error: BaseException, seconds: float) -> None:
        lines = "".join(traceback.format_exception(error))
        about = {"error": type(error).__name__, "message": str(error), "traceback": lines}
        self._progress.note(task, "failed", seconds, **about)
        if isinstance(error, MemoryError | torch.OutOfMemoryError):
            self._loader.clear()
            gc.collect()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
