"""Inputs of strangers, each with what has to come of it, and the process that each is tried in."""

import contextlib
import io
import multiprocessing
import os
import re
import resource
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from subprocess import CompletedProcess
from types import SimpleNamespace
from typing import Any

SECONDS = 30
BYTES = 2 * 2**30  # of address space, beyond what a process has that has read nothing yet
OPERATORS = {
    "data/import-table": "heldout.runtime.operators.data.files.import_table",
    "data/import-folder": "heldout.runtime.operators.data.files.import_folder",
    "data/huggingface": "heldout.runtime.operators.data.hub.huggingface",
    "data/huggingface-graph": "heldout.runtime.operators.data.hub.huggingface_graph",
    "data/huggingface-pairs": "heldout.runtime.operators.data.hub.huggingface_pairs",
    "fetch/model": "heldout.runtime.operators.fetch.model",
    "fetch/model-folder": "heldout.runtime.operators.fetch.model_folder",
}
# What they import when they are called.
LATER = (
    *(
        "heldout.runtime.hub.prepare",
        "transformers.dynamic_module_utils",
        "transformers.tokenization_utils_base",
    ),
    *("numpy.f2py", "numpy.testing", "scipy.io", "scipy.sparse"),
)
Arguments = dict[str, Any]


@dataclass(frozen=True)
class Right:
    """The values that must come out; what is not named may be anything."""

    x: Any = None
    labels: list[int] | None = None
    classes: list[str] | None = None
    ids: list[str] | None = None
    domains: list[str] | None = None
    shape: list[int] | None = None
    files: list[str] | None = None
    tolerance: float = 1e-6

    def differs(self, found: Arguments) -> str:
        """What is another than it must be, or nothing."""
        for name in ("labels", "classes", "ids", "domains", "shape", "files"):
            wanted = getattr(self, name)
            if wanted is not None and found.get(name) != wanted:
                return f"{name} are {found.get(name)}, not {wanted}"
        if self.x is None:
            return ""
        mine, theirs = list(_numbers(self.x)), list(_numbers(found["x"]))
        near = len(mine) == len(theirs) and all(
            abs(a - b) <= self.tolerance * max(1, abs(a)) for a, b in zip(mine, theirs, strict=True)
        )
        return "" if near else f"x is {found['x']}, not {self.x}"


@dataclass(frozen=True)
class Refused:
    """A refusal in words that hold all of these, each a regular expression."""

    words: tuple[str, ...]

    def differs(self, message: str) -> str:
        missing = [word for word in self.words if not re.search(word, message, re.IGNORECASE)]
        return f"the message lacks {missing}: {message!r}" if missing else ""


@dataclass(frozen=True)
class Case:
    """One input: `write` lays it into an empty folder and gives the operator's arguments."""

    name: str
    operator: str
    write: Callable[[Path], Arguments]
    wanted: Right | Refused
    also: Refused | None = None  # where both to read and to refuse is sensible


@dataclass
class Figures:
    """How many inputs ended how."""

    of: dict[str, int] = field(default_factory=lambda: {"right": 0, "refused": 0, "lost": 0})

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {end}" for end, count in self.of.items())
        return f"strangers' data: tried {sum(self.of.values())}: {ends}"


def refused(*words: str) -> Refused:
    return Refused(words)


def begin() -> multiprocessing.context.ForkServerContext:
    """A server that has imported what operators need, from which each input gets a process."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "datasets", "transformers", *OPERATORS.values(), *LATER])
    return context


def outcome(case: Case, folder: Path, context: multiprocessing.context.ForkServerContext) -> tuple[str, str]:
    """Try one input: `right` or `refused`, as wanted, or `lost` with the reason."""
    arguments = case.write(folder)
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(case.operator, arguments, folder, theirs))
    process.start()
    theirs.close()
    end, found = "lost", f"no answer within {SECONDS} s"
    try:
        if ours.poll(SECONDS):
            end, found = ours.recv()
    except EOFError:
        process.join()
        found = f"the process died with {process.exitcode}"
    process.kill()
    process.join()
    if (folder / "ran").exists():
        return "lost", "code in the data ran"
    wanted = [one for one in (case.wanted, case.also) if isinstance(one, Right) == (end == "right")]
    if end == "lost" or not wanted:
        return "lost", f"{end}: {found}"
    wrong = wanted[0].differs(found)
    return ("lost", wrong) if wrong else (end, "")


def _run(operator: str, arguments: Arguments, folder: Path, answer: Connection) -> None:
    from datasets import config, disable_progress_bars
    from huggingface_hub import constants

    from heldout.runtime.hub import dataset

    dataset.subprocess = SimpleNamespace(run=_forked)
    config.HF_DATASETS_OFFLINE = True
    disable_progress_bars()  # each of which takes a semaphore
    constants.HF_HUB_CACHE, constants.HF_HUB_OFFLINE = str(folder / "hub"), True
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1), os.dup2(devnull, 2)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = BYTES + pages * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        function = getattr(import_module(OPERATORS[operator]), operator.split("/")[1].replace("-", "_"))
        if "tokenizer" in arguments:
            arguments["tokenizer"] = import_module(OPERATORS["fetch/model"]).model(**arguments["tokenizer"])
        answer.send(("right", _summary(function(**arguments))))
    except ValueError as error:
        answer.send(("refused", str(error)))
    except BaseException as error:  # whatever else: that is what is looked for
        answer.send(("lost", f"{type(error).__name__}: {error}"[:600]))


def _forked(command: list[str], **_: Any) -> CompletedProcess:
    """What prepares a dataset, in a copy of this process: a Python of its own takes seconds to import it."""
    from heldout.runtime.hub import prepare

    with tempfile.TemporaryFile() as errors:
        if (child := os.fork()) == 0:
            os.dup2(errors.fileno(), 2)
            sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False))
            sys.argv = command[3:]
            with contextlib.suppress(BaseException):
                prepare.main()
            os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        errors.seek(0)
        return CompletedProcess(command, code, stderr=errors.read().decode(errors="replace"))


def _summary(result: Any) -> Arguments:
    if hasattr(result, "files"):  # a model
        return {"files": sorted(result.files)}
    if isinstance(result, tuple):
        result = result[-1]
    rows, x = result.rows, result.tensors.get("x") if hasattr(result, "tensors") else result.x
    small = x is not None and x.numel() <= 100_000
    names = {"ids": "id", "labels": "label", "domains": "domain"}
    return {
        "x": x.tolist() if small else None,
        "shape": None if x is None else list(x.shape),
        "classes": list(result.classes),
        **{key: rows[name].to_pylist() for key, name in names.items() if name in rows.column_names},
    }


def _numbers(nested: Any) -> Any:
    if not isinstance(nested, list | tuple):
        yield float(nested)
        return
    for one in nested:
        yield from _numbers(one)
