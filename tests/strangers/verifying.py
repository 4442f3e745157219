"""A command in a process of its own that has imported everything already, watched from inside.

Each forgery costs a fork in place of three interpreters and three times torch. What is watched: which
files and addresses are opened that a forgery names, what is written to where it stands, what it says,
and what it takes.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

PRELOADED = (
    "heldout.compiler.cli",
    "heldout.compiler.cli.verify",
    "heldout.compiler.archive.verification",
    "heldout.runtime.__main__",
    "heldout.runtime.machine.execute.recompute",
    "heldout.runtime.components.claims.contract",
    "heldout.runtime.machine.report.build",
    "heldout.runtime.scoring.scores",
    "tests.strangers.verifying",
)
OUTSIDE = "OUTSIDE"  # stands in every path that a forgery leads to, and in no other
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_WAIT_SECONDS = 300.0  # of the wall, on a machine that others use too


class Said(NamedTuple):
    """What a command made of what a stranger wrote.

    `code` is None where it did not end; `findings` is empty where the archive was refused.
    """

    code: int | None
    findings: list[dict[str, str]]
    text: str
    seconds: float
    mebibytes: float
    left: list[str]
    opened: str

    def faults(self) -> list[str]:
        """What no archive may bring about, whatever is in it."""
        found = []
        if self.code not in (0, 1, 2, 4):
            found.append(f"it ended with {self.code}")
        if "Traceback" in self.text:
            found.append("a traceback")
        if control := _CONTROL.search(self.text):
            found.append(f"the control character {control[0]!a} on the terminal")
        if self.seconds > 30:
            found.append(f"{self.seconds:.0f} s of CPU")
        if self.mebibytes > 3400:  # the runtime's own bound is 3 GiB and some for each thread
            found.append(f"{self.mebibytes:.0f} MiB of memory")
        if self.left:
            found.append(f"it wrote {self.left}")
        if self.opened:
            found.append(f"it opened {self.opened}")
        return found

    def states(self, about: str) -> set[str]:
        """How the findings about something stand."""
        return {finding["state"] for finding in self.findings if finding["about"] == about}


def told(
    folder: Path, command: Sequence[str], files: Mapping[str, bytes], without: Sequence[str] = ()
) -> Said:
    """Let a command look at files of a stranger's, in a new folder.

    Args:
        folder: a new one, for the files, what is said of them and what is left behind.
        command: its name and arguments.
        files: by name, as they lie where it is started.
        without: checks of `verify` that are passed over, as the dear ones are where nothing is asked of
            them: `tables`, `report`.
    """
    here = folder / "here"
    for name, content in files.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_bytes(content)
    before = set(here.rglob("*"))
    context = get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    process = context.Process(target=_command, args=(folder, list(command), without))
    process.start()
    process.join(_WAIT_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    usage = folder / "usage.json"
    ended = json.loads(usage.read_text()) if usage.exists() else (None, 0.0, 0, [])
    code, seconds, kibibytes, findings = ended
    out, err = ((folder / name).read_text(errors="replace") for name in ("out", "err"))
    left = sorted(path.name for path in set(here.rglob("*")) - before)
    opened = folder / "opened"
    return Said(
        code,
        findings,
        out + err,
        seconds,
        kibibytes / 1024,
        left,
        opened.read_text(errors="replace") if opened.exists() else "",
    )


def _command(folder: Path, arguments: list[str], without: Sequence[str]) -> None:
    """In the new process: the command, watched; what it took goes into a file at its end."""
    _speak_into(folder)
    os.chdir(folder / "here")
    watched = os.open(folder / "opened", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def watch(event: str, values: tuple[Any, ...]) -> None:
        if event == "socket.connect" or (event == "open" and OUTSIDE in str(values[0])):
            os.write(watched, f"{event} {values[:2]!a}\n".encode())

    sys.addaudithook(watch)
    from heldout.compiler import cli
    from heldout.compiler.archive import verification

    verify, found = importlib.import_module("heldout.compiler.cli.verify"), []

    def findings(*about: Any) -> Iterator[Any]:
        for finding in verification.findings(*about):
            found.append(vars(finding))
            yield finding

    verify.findings = findings
    verification.ask_runtime = _forked
    for check in without:
        setattr(verification, f"_{check}", lambda _: iter(()))
    code: int | None = 70
    try:
        sys.argv = ["heldout", *arguments]
        code = cli.main()  # type: ignore[func-returns-value]
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(usage.ru_utime + usage.ru_stime for usage in used)
    memory = max(usage.ru_maxrss for usage in used)
    (folder / "usage.json").write_text(json.dumps([code, seconds, memory, found]))


def _speak_into(folder: Path) -> None:
    for descriptor, name in ((1, "out"), (2, "err")):
        file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, descriptor)


def _forked(*arguments: object, bounds: Any = None) -> subprocess.CompletedProcess[str]:
    """As `ask_runtime`, by a fork of this process, with the same bounds.

    A report of the same results by the same plan is made once.
    """
    given = dict(zip(arguments[1::2], arguments[2::2], strict=False))
    kept = (
        Path.cwd().parents[2]
        / "reports"
        / _fingerprint(given["--plan"], given["--store"], given.get("--done"))
    )
    if arguments[0] == "report" and kept.is_dir():
        shutil.copytree(kept, str(given["--out"]))
        return subprocess.CompletedProcess(arguments, 0, "", "")
    folder = Path.cwd().parent / f"runtime-{time.monotonic_ns()}"
    folder.mkdir()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            _speak_into(folder)
            if bounds is not None:
                bounds.apply()
            from heldout.runtime.__main__ import main

            code = main([str(argument) for argument in arguments])
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    out, err = ((folder / name).read_text(errors="replace") for name in ("out", "err"))
    if arguments[0] == "report" and status == 0:
        shutil.copytree(str(given["--out"]), kept)
    return subprocess.CompletedProcess(arguments, os.waitstatus_to_exitcode(status), out, err)


def _fingerprint(*places: Any) -> str:
    """Of all that lies in some places."""
    digest = hashlib.sha256()
    for place in [Path(place) for place in places if place is not None]:
        for path in [place, *sorted(place.rglob("*"))]:
            content = path.read_bytes() if path.is_file() else b""
            digest.update(f"{path.relative_to(place)} {len(content)} ".encode() + content)
    return digest.hexdigest()
