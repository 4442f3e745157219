"""Run the tasks of a shard, each on its own."""

import gc
import re
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from heldout.runtime.artifacts import Artifact
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.lookup import Function, find
from heldout.runtime.machine.catalog.digest import Digests
from heldout.runtime.machine.catalog.signature import operator_signature
from heldout.runtime.machine.execute.agreement import Agreement, Failure
from heldout.runtime.machine.execute.call import arguments_of, checked_outputs, seed_global_generators
from heldout.runtime.machine.execute.content import Contents, content_of, known_inputs
from heldout.runtime.machine.execute.hiding import hidden_from
from heldout.runtime.machine.execute.inputs import REFRESH_SECONDS, InputLoader, Inputs
from heldout.runtime.machine.execute.peak_memory import forget_peak, peak_memory
from heldout.runtime.machine.execute.progress import Progress
from heldout.runtime.machine.execute.shard import Shard, Task
from heldout.runtime.machine.store import Store, StoreError
from heldout.runtime.machine.store.definitions import keep_definitions
from heldout.runtime.machine.store.faults import fault_of
from heldout.runtime.machine.store.packs import FLUSH_SECONDS
from heldout.runtime.operator import Interrupted
from heldout.runtime.source.libraries import installed_release

# Of an object in memory: with it, no two failures would be for the same reason.
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")


class Clock:
    """Seconds since it was made: of the wall, and of this process's processors."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._wall

    @property
    def cpu_seconds(self) -> float:
        return time.process_time() - self._cpu


@dataclass(frozen=True)
class Ready:
    """A task whose inputs are loaded.

    Attributes:
        arguments: of the call, all that the operator takes.
        content: of the call; None where it reads nothing.
        clock: since the task was taken up.
    """

    task: Task
    inputs: Inputs
    arguments: dict[str, Any]
    checkpoint: Checkpoint
    content: str | None = None
    clock: Clock = field(default_factory=Clock)


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
        agreement: Agreement | None = None,
    ) -> None:
        """Of a shard.

        Args:
            agreement: with the other processes that compute each task; None: there are none.
        """
        self.shard = shard
        self._agreement = agreement
        self._function = function
        self._signature = operator_signature(function)
        self._store = store
        self.progress = progress
        self._environment = environment
        self._stop = stop
        self._loader = loader
        self._looked = time.monotonic()
        self._described: set[str] = set()
        self._told_to_stop = False
        self._asked: tuple[Task, Contents] | None = None
        self._content_asked = ""

    @property
    def stopped(self) -> bool:
        """Whether the job was asked to end."""
        return self._stop.received is not None

    def run(self, task: Task) -> None:
        """Reuse, compute, or note why not; nothing once the job was asked to end.

        Raises:
            StoreError: the store cannot be written.
        """
        if self._agreement is not None:
            self._run_with_others(task, self._agreement)
        elif not self.stopped and (ready := self.prepare(task)) is not None:
            self.compute(ready)

    def _run_with_others(self, task: Task, agreement: Agreement) -> None:
        """As the first of several processes: say what all do."""
        if self._told_to_stop:
            return
        if self.stopped:
            self._told_to_stop = True
            agreement.say("stop")
            return
        if (known := agreement.known_failure(task.task)) is not None and not self._is_kept(task):
            self._note_failure(task, known, 0.0)
            agreement.say("skip")
            return
        ready = self.prepare(task)
        self._store.flush()  # the others read what this process has put
        agreement.say("skip" if ready is None else "compute")
        if ready is not None:
            self.compute(ready)

    def prepare(self, task: Task) -> Ready | None:
        """Load the inputs of a task that has to be computed; else note what became of it."""
        clock = Clock()
        if self._is_kept(task):
            self.progress.note(task, "reused", clock.seconds)
            return None
        try:
            if self._reads_the_same(task, clock):
                return None
            inputs = self._loader.load(task, self._signature.ports)
            if inputs.absent:
                message = f"not in the store, since they failed or never ran: {'; '.join(inputs.absent)}"
                self.progress.note(task, "blocked", 0.0, inputs=inputs.absent, message=message)
                return None
            checkpoint = Checkpoint(self._store.checkpoint_folder(task.task), self._stop)
            arguments = arguments_of(
                self._function, self._signature, task, inputs.values, checkpoint, self.shard.resources
            )
            content = self._content(task, inputs.contents) if task.inputs else None
            return Ready(task, inputs, arguments, checkpoint, content, clock)
        except StoreError:
            raise
        except Exception as error:
            self.end_without(task, error, clock.seconds)
            return None

    def compute(self, ready: Ready, stack: dict[str, Any] | None = None) -> None:
        """Call the operator and keep its outputs, or note why there are none.

        Args:
            ready: the task.
            stack: what the record is to say of a stack that was thought of.

        Raises:
            StoreError: the store cannot be written.
        """
        how = {"own_peak": forget_peak(), "resumed": ready.checkpoint.exists}
        failed: BaseException | None = None
        result = None
        try:
            seed_global_generators(ready.content or ready.task.task)
            with torch.enable_grad():
                result = self._function(**ready.arguments)
        except (Exception, SystemExit) as error:
            failed = error
        if self._agreement is not None and not self._all_ended_well(ready, failed, self._agreement):
            return
        if isinstance(failed, Interrupted) and self.stopped:
            return
        if failed is not None:
            self.end_without(ready.task, failed, ready.clock.seconds)
        else:
            said = {name: True for name, holds in how.items() if holds}
            self.keep(ready, result, ready.clock.seconds, ready.clock.cpu_seconds, stack, said)
        self._loader.forget_changed()

    def _all_ended_well(self, ready: Ready, failed: BaseException | None, agreement: Agreement) -> bool:
        """Whether the call ended here as in all other processes; else note what became of the task.

        Raises:
            StoreError: a process is gone, or the machine of one failed.
        """
        own = None if failed is None else Failure.of(failed, agreement.here.rank)
        said = agreement.outcome(ready.task.task, own)
        if said is None or said == own:
            if said is not None and said.fault:
                raise StoreError(f"{said.error}: {said.message} ({said.fault})") from failed
            return True
        if said.fault:
            raise StoreError(f"process {said.rank}: {said.error}: {said.message} ({said.fault})") from failed
        self._note_failure(ready.task, said, ready.clock.seconds)
        self._loader.forget_changed()
        return False

    def _note_failure(self, task: Task, said: Failure, seconds: float) -> None:
        """Note that a task failed, in words of the process in which it did."""
        message = f"in process {said.rank}: {said.message}" if said.rank else said.message
        about = {"error": said.error, "message": message, "traceback": said.traceback}
        self.progress.note(
            task, "failed", seconds, **{name: _ADDRESS.sub("0x…", text) for name, text in about.items()}
        )

    def keep(
        self,
        ready: Ready,
        result: Any,
        seconds: float,
        cpu_seconds: float,
        stack: dict[str, Any] | None = None,
        said: Mapping[str, Any] | None = None,
    ) -> None:
        """Put what the operator returned into the store, or note that it is not what was declared.

        Args:
            said: what else the record is to say of how it was measured: `own_peak`, where its peaks are of
                this task alone, and `resumed`, where it went on from a checkpoint.

        Raises:
            StoreError: the store cannot be written.
        """
        task = ready.task
        record = {
            **self._recipe(task),
            "seconds": round(seconds, 6),
            "cpu_seconds": round(cpu_seconds, 6),
            "finished": round(time.time(), 3),
            "environment": self._environment,
            **peak_memory(),
            **(said or {}),
        }
        if ready.inputs.missing:
            record["missing"] = sorted(ready.inputs.missing)
        if stack is not None:
            record["stack"] = stack
        if ready.content is not None:
            record["content"] = ready.content
        clock = Clock()
        try:
            outputs: dict[str, Artifact] = checked_outputs(self._signature, result)
            origins = {port: ready.inputs.origin(artifact) for port, artifact in outputs.items()}
            known = {port: origin for port, origin in origins.items() if origin is not None}
            self._store.put(task.task, record, outputs, known)
            self._describe(task)
        except StoreError:
            raise
        except Exception as error:  # another kind, or one that cannot be saved
            self.end_without(task, error, seconds)
            return
        if ready.checkpoint.exists or seconds > FLUSH_SECONDS:  # long work is not left to the next flush
            self._store.flush()
            ready.checkpoint.clear()
        self.progress.note(task, "computed", seconds + clock.seconds)

    def _recipe(self, task: Task) -> dict[str, Any]:
        """What the record of a task says of how it is made."""
        return {
            "operator": self.shard.operator,
            "digest": self.shard.digest,
            "components": task.components,
            "libraries": {name: installed_release(name) for name in task.libraries},  # as they are here
            "parameters": task.parameters,
            "inputs": task.inputs,
        }

    def _content(self, task: Task, contents: Contents) -> str:
        """The content of a call; it is asked for when a task is looked up, and again when it is computed."""
        if self._asked != (task, contents):
            self._asked = (task, contents)
            self._content_asked = content_of(self.shard, task, self._signature.ports, contents)
        return self._content_asked

    def _reads_the_same(self, task: Task, clock: Clock) -> bool:
        """Whether another task's operator was given the same, so that this one's result is that one's too."""
        if not task.inputs or self.shard.network:
            return False
        known = known_inputs(self._store, task, self._signature.ports)
        content = None if known is None else self._content(task, known.contents)
        found = None if content is None else self._store.with_content(content)
        if known is None or found is None or found["task"] == task.task:
            return False
        measured = {name: value for name, value in found.items() if name not in ("task", "files", "missing")}
        about = measured | self._recipe(task) | {"finished": round(time.time(), 3), "content": content}
        about["same_as"] = found.get("same_as", found["task"])
        if known.missing:
            about["missing"] = sorted(known.missing)
        if self._store.put_same(task.task, about, found["task"]) is None:
            return False
        self._describe(task)
        Checkpoint(self._store.checkpoint_folder(task.task)).clear()
        self.progress.note(task, "reused", clock.seconds, same_as=about["same_as"])
        return True

    def _describe(self, task: Task) -> None:
        """Keep what the digests of a task's code are of."""
        for name in {self.shard.operator, *task.components} - self._described:
            digest = Digests().of(find(name))
            keep_definitions(self._store.root, digest.text, digest.definitions)
            self._described.add(name)

    def end_without(self, task: Task, error: BaseException, seconds: float) -> None:
        """Note that a task failed, or that the machine did: then the task is as if it had not begun.

        Raises:
            StoreError: the machine has failed several tasks, one after the other.
        """
        why = fault_of(error)
        lines = "".join(traceback.format_exception(error))
        hidden = hidden_from(task.inputs)
        kept = f" (hidden from it: {', '.join(hidden)})" if hidden else ""
        said = {"message": f"{error}{kept}", "traceback": lines}
        about = {"error": type(error).__name__} | {k: _ADDRESS.sub("0x…", text) for k, text in said.items()}
        if why is None:
            self.progress.note(task, "failed", seconds, **about)
        if isinstance(error, MemoryError | torch.OutOfMemoryError):
            self._loader.clear()
            free_memory()
        if why is not None:
            self.progress.hindered(task, why, **about)

    def forget_changed(self) -> None:
        """Drop inputs that an operator changed in place."""
        self._loader.forget_changed()

    def _is_kept(self, task: Task) -> bool:
        """Whether the store has the result, and nothing that it was made without has come since."""
        record = self._store.record(task.task)
        if record is None and time.monotonic() - self._looked >= REFRESH_SECONDS:
            self._store.refresh()  # another run may have it by now
            self._looked = time.monotonic()
            record = self._store.record(task.task)
        if record is None or any(self._store.has(missing) for missing in record.get("missing", ())):
            return False
        return self._store.verify(task.task)


def free_memory() -> None:
    """Give back what is no longer used."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
