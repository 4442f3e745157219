"""Run the tasks of a shard in stacks, where the operator has a stacked form and it is faster."""

import logging
import sys
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from heldout.runtime.artifacts.parts import memory_of
from heldout.runtime.machine.execute.shard import Task
from heldout.runtime.machine.execute.stack_size import StackSize, choose_size, is_out_of_memory, remember
from heldout.runtime.machine.execute.tasks import Clock, Ready, TaskRunner, free_memory
from heldout.runtime.operator import Interrupted, NotStackable, Stacked

log = logging.getLogger("heldout.runtime.machine.execute.stacks")

WINDOW_BYTES = 2**30  # of distinct inputs that wait to be stacked
WINDOW_TASKS = 2048


class StackRunner:
    """Computes tasks that may be stacked together, and all others each on its own."""

    def __init__(self, runner: TaskRunner, stacked: Stacked, largest: int) -> None:
        """Stack the tasks of a runner's shard.

        Args:
            runner: of each task on its own.
            stacked: the operator's stacked form.
            largest: members of a stack, at most.
        """
        self._runner = runner
        self._stacked = stacked
        self._largest = largest
        self._sizes: dict[Hashable, StackSize] = {}
        self._said: set[str] = set()  # why tasks are never stacked

    def run(self, tasks: Sequence[Task]) -> None:
        """Reuse, compute, or note why not; nothing more once the job was asked to end.

        Raises:
            StoreError: the store cannot be written.
        """
        for window in self._windows(tasks):
            groups: dict[Hashable, list[Ready]] = {}
            for ready in window:
                groups.setdefault(self._key(ready), []).append(ready)
            for key, group in groups.items():
                self._run_group(key, group)

    def _windows(self, tasks: Sequence[Task]) -> Iterator[list[Ready]]:
        """Tasks with their inputs, as many at a time as the memory for inputs allows."""
        window: list[Ready] = []
        held: dict[int, int] = {}
        for task in tasks:
            if self._runner.stopped:
                return
            ready = self._runner.prepare(task)
            if ready is None:
                continue
            window.append(ready)
            held |= {id(value): memory_of(value) for value in ready.inputs.values.values()}
            if len(window) == WINDOW_TASKS or sum(held.values()) > WINDOW_BYTES:
                yield window
                window, held = [], {}
        yield window

    def _key(self, ready: Ready) -> Hashable:
        try:
            return self._stacked.key(ready.arguments)
        except NotStackable as reason:
            self._say_once(f"tasks are computed one by one, since {reason}")
            return None
        except Exception:  # alone, the task fails with an error of its own
            return None

    def _say_once(self, words: str) -> None:
        if words not in self._said:
            self._said.add(words)
            print(f"{self._runner.shard.name}: {words}", file=sys.stderr, flush=True)

    def _run_group(self, key: Hashable, group: list[Ready]) -> None:
        if key is None or len(group) == 1 or self._largest == 1:
            for ready in group:
                self._alone(ready, None)
            return
        if key not in self._sizes:
            self._choose(key, group)
        while group and not self._runner.stopped:
            members = self._sizes[key].members
            # Parts of like sizes: a small last one would be slower a member.
            count = -(-len(group) // -(-len(group) // members))
            part, group = group[:count], group[count:]
            if len(part) == 1:
                self._alone(part[0], self._sizes[key])
            elif not self._together(key, part):
                group = part + group

    def _choose(self, key: Hashable, group: list[Ready]) -> None:
        calls = [ready.arguments for ready in group[: self._largest]]
        self._sizes[key] = size = choose_size(self._stacked, key, calls)
        print(f"{self._runner.shard.name}: {size.words}", file=sys.stderr, flush=True)

    def _alone(self, ready: Ready, size: StackSize | None) -> None:
        if not self._runner.stopped:
            record = None if size is None else size.record(1)
            self._runner.compute(replace(ready, clock=Clock()), record)

    def _together(self, key: Hashable, part: list[Ready]) -> bool:
        """Compute tasks as one program; whether that went well, or the job was asked to end."""
        clock = Clock()
        size = self._sizes[key]
        try:
            results = self._stacked.run([ready.arguments for ready in part], **size.options)
        except Exception as error:
            if isinstance(error, Interrupted) and self._runner.stopped:
                return True
            self._sizes[key] = remember(self._stacked, key, _smaller(error, size, len(part)))
            log.warning(
                "%s: a stack of %d failed (%s: %s); now %s",
                self._runner.shard.name,
                len(part),
                type(error).__name__,
                error,
                self._sizes[key].words,
            )
            return False
        seconds, cpu_seconds = clock.seconds / len(part), clock.cpu_seconds / len(part)
        for ready, result in zip(part, results, strict=True):
            self._end(ready, result, seconds, cpu_seconds, size.record(len(part)))
        self._runner.forget_changed()
        return True

    def _end(
        self, ready: Ready, result: Any, seconds: float, cpu_seconds: float, record: dict[str, Any]
    ) -> None:
        """Keep what a member of a stack came to."""
        if isinstance(result, Exception):
            self._runner.end_without(ready.task, result, seconds)
        else:
            self._runner.keep(ready, result, seconds, cpu_seconds, record)


def _smaller(error: Exception, size: StackSize, count: int) -> StackSize:
    """What to try after a stack of `count` failed."""
    if not is_out_of_memory(error):
        said = f"{type(error).__name__}: {error}"
        if size.compiled is not None and size.compiled.taken:
            return replace(size, compiled=size.compiled.never(said))
        return size.never(said)
    free_memory()
    return replace(size, members=max(1, count // 2), reason="memory ran out")
