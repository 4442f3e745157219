"""Run an emitted workflow with Snakemake, and end it when this process is asked to end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Protocol

from heldout.compiler.environment import child_environment
from heldout.compiler.run.events import Progress
from heldout.compiler.run.invocation import HowToRun
from heldout.compiler.run.observer import Observer

LOG = Path("logs/snakemake.log")
POLL_SECONDS = 0.3
LOOKING = 0.05  # the part of the time that is spent on looking, at most
LONGEST_SECONDS = 30.0  # between two looks, whatever one took: it may have been suspended in between
PATIENCE_SECONDS = 60.0  # for jobs that write a checkpoint


class Events(Protocol):
    """What the jobs of a workflow say of themselves while they run."""

    def progress(self, at_once: int, running: bool = True) -> Progress:
        """How far the workflow has come.

        Args:
            at_once: how many jobs run at a time.
            running: whether the workflow does.
        """


def command(arguments: Sequence[str]) -> list[str]:
    """Snakemake's command line, for a process in the workflow's folder."""
    snakemake = [sys.executable, "-P", "-m", "snakemake", "--snakefile", "Snakefile"]
    # Our own lock ends with the process; Snakemake's would outlive a killed run.
    return [*snakemake, "--workflow-profile", "profile", "--nolock", *arguments]


def show_what_would_run(folder: Path, how: HowToRun) -> int:
    """A dry run of Snakemake, which speaks for itself; its exit code."""
    done = subprocess.run(
        command(how.arguments), cwd=folder, env=child_environment(how.environment), check=False
    )
    return done.returncode


def run_workflow(
    events: Events, folder: Path, how: HowToRun, locks: Collection[int], observer: Observer
) -> int:
    """Run a workflow; what Snakemake says goes to a log.

    Args:
        events: of its jobs.
        folder: of the workflow.
        how: to run it.
        locks: descriptors that Snakemake keeps open, so that folders are held as long as it runs.
        observer: of its progress.

    Returns:
        Snakemake's exit code.

    Raises:
        KeyboardInterrupt: this process was asked to end; the jobs have ended.
    """
    log = folder / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output, _signals_as_interrupts():
        process = subprocess.Popen(
            command(how.arguments),
            cwd=folder,
            env=child_environment({**how.environment, "PYTHONUNBUFFERED": "1"}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the terminal's Ctrl-C reaches us alone, and we end the rest
            pass_fds=tuple(locks),
        )
        try:
            _follow(process, events, how.at_once, observer)
        except KeyboardInterrupt:
            observer.note("stopping: what is finished stays, and what is training writes a checkpoint")
            _end(process, observer)
            raise
        except BaseException:  # as where a disk is full: nothing goes on without its command
            _end(process, observer)
            raise
        if _any_left(process.pid):  # Snakemake was killed, and its jobs were not
            observer.note("ending the jobs that Snakemake left behind")
            _end(process, observer)
    return process.returncode


def _follow(process: subprocess.Popen[bytes], events: Events, at_once: int, observer: Observer) -> None:
    """Tell of a workflow's progress until its process ends, or this one is asked to."""
    try:
        while process.poll() is None:
            began = time.monotonic()
            observer.progressed(events.progress(at_once))
            pause = max(POLL_SECONDS, (time.monotonic() - began) / LOOKING)
            with suppress(subprocess.TimeoutExpired):
                process.wait(min(pause, LONGEST_SECONDS))
    finally:
        observer.progressed(events.progress(at_once, running=False))


@contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """SIGTERM and SIGHUP end a run as Ctrl-C does; where the caller ignores them they stay ignored."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: subprocess.Popen[bytes], observer: Observer) -> None:
    """Ask Snakemake's session to end, and wait for its jobs; a second interrupt kills what is left."""
    try:
        _signal_all(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            process.poll()
            if not _any_left(process.pid):
                return
            time.sleep(0.1)
    except KeyboardInterrupt:
        observer.note("killing what is left")
    _signal_all(process.pid, signal.SIGKILL)
    process.wait()


def _signal_all(session: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(session, number)


def _any_left(session: int) -> bool:
    """Whether a process of a group still runs; one that only waits to be collected does not."""
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    processes = list(Path("/proc").glob("[0-9]*/stat"))
    return not processes or any(_runs_in(session, path) for path in processes)


def _runs_in(session: int, path: Path) -> bool:
    """Whether a process, by its `/proc/PID/stat`, is of this group and has not ended."""
    try:
        state, _, group = path.read_text(errors="replace").rpartition(") ")[2].split()[:3]
    except (OSError, ValueError):
        return False  # it has gone in the meantime
    return group == str(session) and state != "Z"
