"""Run a study: prepare its jobs, run its workflow, and read what came out."""

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass

from heldout.compiler.images import Pins, read_pins
from heldout.compiler.launch.launch import Launch
from heldout.compiler.launch.registry import NONE
from heldout.compiler.plan.packing import Target
from heldout.compiler.profiles import Profile
from heldout.compiler.profiles.arguments import executor_of
from heldout.compiler.run.containers import containers_of_run, launch_of, no_leftovers
from heldout.compiler.run.done import forget_failed
from heldout.compiler.run.drift import refuse_drift
from heldout.compiler.run.events import EventReader, forget_attempts
from heldout.compiler.run.exclusive import holding
from heldout.compiler.run.invocation import HowToRun, how_to_run
from heldout.compiler.run.observer import Observer
from heldout.compiler.run.outcome import Outcome, done_times, read_outcome
from heldout.compiler.run.runtime import require_runtime
from heldout.compiler.run.workflow import run_workflow, show_what_would_run
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.store.lock import SHARING, using


@dataclass(frozen=True)
class Request:
    """How a study is to be run.

    Attributes:
        profile: where jobs run; None: on this machine.
        containers: the name of the engine that runs them; None: as the profile says, else none does.
        cores: of this machine to use; None: all of them.
        retry: try the tasks that failed again, and read every result for damage, the large ones too.
        arguments: of Snakemake, after all others.
    """

    profile: Profile | None = None
    containers: str | None = None
    cores: int | None = None
    retry: bool = False
    arguments: tuple[str, ...] = ()

    @property
    def target(self) -> Target | None:
        """What jobs the workspace is to be opened with; None: such as it has."""
        return Target(self.profile.job_seconds, self.profile.max_jobs) if self.profile is not None else None


def run_study(
    workspace: Workspace,
    request: Request | None = None,
    observer: Observer | None = None,
    pins: Pins | None = None,
) -> Outcome:
    """Compute what the store lacks of a study, and write its report.

    Args:
        workspace: of the study.
        request: how it is to be run; None: here, on all cores.
        observer: is told how it goes.
        pins: what the names of images stand for; None: what they do on this machine.

    Returns:
        what came out; a task that failed is part of it.

    Raises:
        Refusal: the study cannot be run as asked. Nothing has run then.
        KeyboardInterrupt: this process was asked to end; the jobs have ended.
    """
    observer = observer or Observer()
    plan, folder = workspace.compiled.plan, workspace.folder
    with ready(workspace, request or Request(), observer, pins or read_pins()) as ready_to_run:
        before = done_times(plan, folder)
        forget_attempts(plan, folder)
        how, locks = ready_to_run.how, (ready_to_run.lock,)
        code = run_workflow(EventReader(plan, folder), folder, how, locks, observer)
        return read_outcome(workspace, code, before)


def show_study(workspace: Workspace, request: Request, observer: Observer) -> int:
    """Let Snakemake say what it would run; its exit code.

    Raises:
        Refusal: the study cannot be run as asked.
    """
    with ready(workspace, request, observer, read_pins()) as ready_to_run:
        return show_what_would_run(workspace.folder, ready_to_run.how)


@dataclass(frozen=True)
class Ready:
    """A study that may begin.

    Attributes:
        how: Snakemake is called for it.
        launch: how its jobs are started.
        lock: the descriptor that holds its folder.
    """

    how: HowToRun
    launch: Launch
    lock: int


@contextmanager
def ready(
    workspace: Workspace,
    request: Request,
    observer: Observer,
    pins: Pins,
    sound: Set[str] | None = None,
) -> Iterator[Ready]:
    """A study whose workflow is written and may begin: nobody else runs it or empties the store meanwhile.

    Args:
        workspace: of the study.
        request: how it is to be run.
        observer: is told what people should know.
        pins: what the names of images stand for.
        sound: the tasks whose results the store has, sound; None: it is looked at here.

    Raises:
        Refusal: the study cannot be run as asked.
    """
    mode = containers_of_run(request.containers, request.profile)
    if mode == NONE:
        require_runtime("torch", otherwise=", or name an engine with --containers")
    refuse_drift(workspace, pins, in_containers=mode != NONE)
    launch = launch_of(workspace, mode, executor_of(request.profile, request.arguments), pins)
    for note in launch.notes:
        observer.note(note)
    folder = workspace.folder
    if workspace.store.is_dir() and not os.access(workspace.store, os.W_OK):
        observer.note(f"{workspace.store} can only be read: what it lacks cannot be computed. {SHARING}")
    with holding(folder) as lock, using(workspace.store), no_leftovers(launch, folder, observer):
        workspace.emit(pins, launch, thorough=request.retry, sound=sound)
        if request.retry:
            forget_failed(workspace.compiled.plan, folder)
        how = how_to_run(workspace.compiled, pins, request.profile, request.cores, request.arguments)
        for note in how.notes:
            observer.note(note)
        yield Ready(how, launch, lock)
