"""What the processes that compute tasks together tell each other: what is done next, and how it ended.

All of it goes through the store of their rendezvous and not through collective operations, in which one that
has failed would leave the others waiting.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal, NoReturn, cast

import torch
from torch import distributed
from torch._C._distributed_c10d import PrefixStore, Store, TCPStore

from heldout.runtime.distributed import World, world
from heldout.runtime.files import write
from heldout.runtime.machine.execute.launcher import AGAIN, FAILURES, LIFELINE
from heldout.runtime.machine.store import StoreError
from heldout.runtime.machine.store.faults import fault_of
from heldout.runtime.operator import Interrupted

PATIENCE = "HELDOUT_RANK_SECONDS"  # for another process, before it counts as hung
PATIENCE_SECONDS = 1800.0
LAST_SECONDS = 60.0  # for a checkpoint, after whoever started us has gone
GRACE_SECONDS = 5.0  # for the others to fail as one has, before all are started again
WATCH_SECONDS = 1.0

Next = Literal["compute", "skip", "stop"]
_LOST = ("gloo", "NCCL", "Connection closed by peer", "Connection reset", "Timed out waiting")


@dataclass(frozen=True)
class Failure:
    """How the call of an operator ended in a process, where it did not end well.

    Attributes:
        error: the class of the exception.
        fault: what the machine did, in words; empty where the failure is the task's own.
        interrupted: whether it only stopped, having been asked to.
        lost: whether another process was gone or did not answer: what it says is the cause.
    """

    rank: int
    error: str
    message: str
    traceback: str
    fault: str = ""
    interrupted: bool = False
    lost: bool = False

    @classmethod
    def of(cls, error: BaseException, rank: int) -> "Failure":
        lines = "".join(traceback.format_exception(error))
        lost = _is_of_the_others(error)
        fault = fault_of(error) or ""
        if lost or isinstance(error, StoreError):
            fault = "another process of the job is gone" if lost else "the store cannot be read or written"
        stopped = isinstance(error, Interrupted)
        return cls(rank, type(error).__name__, str(error), lines, fault, stopped, lost)


def _is_of_the_others(error: BaseException) -> bool:
    if isinstance(error, distributed.DistError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _LOST)


def patience_seconds() -> float:
    """How long a process waits for another."""
    return float(os.environ.get(PATIENCE) or PATIENCE_SECONDS)


class Agreement:
    """What all processes of a job agree on. Each asks the same questions in the same order."""

    def __init__(self, here: World, store: Store, patience: float) -> None:
        self.here = here
        self._store = store
        self._patience = patience
        self._count = 0
        self._known = Path(os.environ[FAILURES]) if FAILURES in os.environ else None
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True, name="heldout-again")
        self._watcher.start()

    def known_failure(self, task: str) -> Failure | None:
        """That which ended an earlier attempt, if it was this task's."""
        if self._known is None or not self._known.is_file():
            return None
        said = json.loads(self._known.read_text(encoding="utf-8"))
        return Failure(**said[task]) if task in said else None

    def say(self, what: Next) -> None:
        """The first process says what all do next."""
        self._count += 1
        self._store.set(f"next/{self._count}", what)

    def hear(self) -> Next:
        """What the first process says that all do next.

        Raises:
            StoreError: it says nothing, or is gone.
        """
        self._count += 1
        key = f"next/{self._count}"
        if not self._await([key], self._patience):
            raise StoreError(
                f"process 0 has said nothing for {self._patience:.0f} s, by which it counts as hung"
            )
        return cast(Next, self._store.get(key).decode())

    def outcome(self, task: str, own: Failure | None) -> Failure | None:
        """How the call of a task ended, for all: well, or as the process says that failed by itself.

        Where one fails while the others wait for it in a collective operation, nothing can be agreed on: it
        leaves word for the next attempt, and all are started again.

        Raises:
            StoreError: a process does not come back.
        """
        self._store.set(f"ended/{self._count}/{self.here.rank}", json.dumps(asdict(own) if own else None))
        others = [rank for rank in range(self.here.size) if rank != self.here.rank]
        keys = [f"ended/{self._count}/{rank}" for rank in others]
        if not self._await(keys, self._patience if own is None else GRACE_SECONDS):
            if own is not None and not own.fault and not own.interrupted:
                self._start_again(task, own)
            late = [rank for rank, key in zip(others, keys, strict=True) if not self._store.check([key])]
            why = f": {own.message}" if own is not None else ""
            raise StoreError(f"processes {late} did not come to the end of the task{why}")
        said = [own, *(self._read(key) for key in keys)]
        failed = sorted(filter(None, said), key=lambda one: (one.lost, one.interrupted, one.rank))
        return failed[0] if failed else None

    def _read(self, key: str) -> Failure | None:
        said = json.loads(self._store.get(key))
        return None if said is None else Failure(**said)

    def _await(self, keys: list[str], seconds: float) -> bool:
        """Whether all keys are set by then. Python's signals are heard meanwhile.

        Raises:
            StoreError: the store, which the first process has, is gone.
        """
        until, pause = time.monotonic() + seconds, 0.0005
        try:
            while not self._store.check(keys):
                if time.monotonic() > until:
                    return False
                time.sleep(pause)
                pause = min(2 * pause, 0.05)
        except RuntimeError as error:
            raise StoreError(f"process 0 is gone: {error}") from error
        return True

    def _start_again(self, task: str, own: Failure) -> NoReturn:
        if self._known is not None:
            said = json.loads(self._known.read_text(encoding="utf-8")) if self._known.is_file() else {}
            write(self._known, json.dumps(said | {task: asdict(own)}))
        print(f"the task failed in process {own.rank} alone, so that all start again:", file=sys.stderr)
        print(own.traceback, file=sys.stderr, flush=True)
        self._store.set("again", "")
        self._leave()

    def close(self) -> None:
        """After the last task: the first process, which has the store, goes last."""
        self._closing.set()
        self._watcher.join()
        with contextlib.suppress(StoreError, RuntimeError):
            self._store.set(f"bye/{self.here.rank}", "")
            if self.here.is_first:
                self._await([f"bye/{rank}" for rank in range(self.here.size)], GRACE_SECONDS)
        distributed.destroy_process_group()

    def _watch(self) -> None:
        """Leave, from another thread, once a process has asked for all to be started again."""
        while not self._closing.wait(WATCH_SECONDS):
            try:
                if self._store.check(["again"]):
                    self._leave()
            except RuntimeError:  # the first process has ended; what we do in it fails by itself
                return

    def _leave(self) -> NoReturn:
        """End this process, whatever it waits for; the first a little later, since it has the store."""
        if self.here.is_first:
            time.sleep(2 * WATCH_SECONDS)
        sys.stderr.flush()
        os._exit(AGAIN)


def join(backend: str | None = None) -> Agreement | None:
    """Join the processes that this one was started with, by torchrun's variables; None where it is alone.

    Raises:
        StoreError: they do not find each other.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return None
    _end_with_the_launcher()
    rank, size, local = (int(os.environ[name]) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"))
    patience = patience_seconds()
    gpu = torch.cuda.is_available()
    if gpu:
        torch.cuda.set_device(local)
    try:
        store = TCPStore(
            os.environ["MASTER_ADDR"],
            int(os.environ["MASTER_PORT"]),
            size,
            is_master=rank == 0 and not _torchrun_has_it(),
            timeout=timedelta(seconds=min(patience, 300.0)),
        )
        distributed.init_process_group(
            backend or ("cpu:gloo,cuda:nccl" if gpu else "gloo"),
            store=PrefixStore("group", store),
            rank=rank,
            world_size=size,
            timeout=timedelta(seconds=patience),
        )
    except RuntimeError as error:
        raise StoreError(f"process {rank} of {size} did not find the others: {error}") from error
    return Agreement(world(), PrefixStore("heldout", store), patience)


def _torchrun_has_it() -> bool:
    """Whether the store of the rendezvous is torchrun's own, to which even the first process connects."""
    return os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"


def _end_with_the_launcher() -> None:
    """Stop as by SIGTERM where the process that started us is gone, and end in any case some time later."""
    if LIFELINE not in os.environ:
        return
    descriptor = int(os.environ.pop(LIFELINE))

    def listen() -> None:
        os.read(descriptor, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_SECONDS)
        os._exit(128 + signal.SIGTERM)

    threading.Thread(target=listen, daemon=True, name="heldout-lifeline").start()
