"""Run a suite: the studies' shared tasks once, short jobs together, each to an outcome of its own."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from heldout.compiler.images import Pins, read_pins
from heldout.compiler.launch.launch import Launch
from heldout.compiler.plan.packing import Target
from heldout.compiler.profiles.arguments import HERE, executor_of
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.containers import no_leftovers
from heldout.compiler.run.done import every_done
from heldout.compiler.run.events import EventReader, Progress, forget_attempts
from heldout.compiler.run.exclusive import holding
from heldout.compiler.run.invocation import HowToRun, how_to_run_jobs
from heldout.compiler.run.observer import Observer
from heldout.compiler.run.outcome import Outcome, done_times, read_outcome
from heldout.compiler.run.study import Ready, Request, ready, run_study
from heldout.compiler.run.workflow import run_workflow, show_what_would_run
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.store.check import sound_tasks
from heldout.compiler.store.lock import using
from heldout.compiler.suite.emit import COMMON, Places, emit_suite
from heldout.compiler.suite.events import SuiteEvents
from heldout.compiler.suite.left import StudyLeft
from heldout.compiler.suite.open import Opened
from heldout.compiler.suite.pack import pack_suite
from heldout.compiler.suite.reports import report_jobs

FOLDER = ".suite"  # below that of the results: no study is called so


@dataclass(frozen=True)
class SuiteOutcome:
    """A suite that has ended.

    Attributes:
        outcomes: of the studies that ran, in their order.
        refused: why others did not, by their specs.
        common: how many tasks were computed for several studies; each of these found them in the store.
    """

    outcomes: tuple[Outcome, ...]
    refused: Mapping[Path, Refusal]
    common: int = 0

    @property
    def complete(self) -> bool:
        """Whether every study ran, and is whole."""
        return not self.refused and all(outcome.complete for outcome in self.outcomes)


class OnceSaid(Observer):
    """Passes on what is heard, but no note twice: many studies have the same to say."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._said: set[str] = set()

    def note(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._observer.note(text)

    def progressed(self, progress: Progress) -> None:
        self._observer.progressed(progress)


def run_suite(
    opened: Opened, request: Request | None = None, observer: Observer | None = None, pins: Pins | None = None
) -> SuiteOutcome:
    """Compute what the store lacks of several studies, and write their reports.

    What does not end well together is tried once more by itself, study by study, so that a job that dies
    takes its own study down and no other.

    Args:
        opened: the studies.
        request: how they are to be run; None: here, on all cores.
        observer: is told how it goes.
        pins: what the names of images stand for; None: what they do on this machine.

    Raises:
        Refusal: the suite cannot be run as asked. Nothing has run then.
        KeyboardInterrupt: this process was asked to end; the jobs have ended.
    """
    request, observer, pins = request or Request(), OnceSaid(observer or Observer()), pins or read_pins()
    outcomes: dict[int, Outcome] = {}
    again: list[int] = []
    with _ready(opened, request, observer, pins) as suite:
        before = [done_times(one.compiled.plan, one.folder) for one in suite.workspaces]
        suite.run(observer)
        for number, workspace in enumerate(suite.workspaces):
            if suite.is_whole(workspace):
                outcomes[number] = read_outcome(workspace, 0, before[number])
            else:
                again.append(number)
    for number in again:
        workspace = suite.workspaces[number]
        observer.note(f"{workspace.compiled.study.name} did not end well with the others, and runs by itself")
        outcomes[number] = run_study(workspace, replace(request, retry=False), observer, pins)
    common = sum(done["computed"] for done in every_done(suite.folder / COMMON))
    return SuiteOutcome(tuple(outcomes[number] for number in sorted(outcomes)), suite.refused, common)


def show_suite(opened: Opened, request: Request, observer: Observer) -> int:
    """What Snakemake would run of a suite, as it says itself; its exit code.

    Raises:
        Refusal: the suite cannot be run as asked.
    """
    with _ready(opened, request, OnceSaid(observer), read_pins()) as suite:
        return show_what_would_run(suite.folder, suite.how) if suite.how is not None else 0


@dataclass(frozen=True)
class _Suite:
    """Studies that may begin, and their joint workflow.

    Attributes:
        how: Snakemake is called; None: nothing is left to run.
        locks: that hold the folders.
    """

    folder: Path
    workspaces: tuple[Workspace, ...]
    refused: Mapping[Path, Refusal]
    how: HowToRun | None
    locks: tuple[int, ...]

    def run(self, observer: Observer) -> None:
        """Run what is left, as far as it can be run."""
        if self.how is None:
            return
        readers = {}
        for workspace in self.workspaces:
            plan, folder = workspace.compiled.plan, workspace.folder
            forget_attempts(plan, folder)
            readers[workspace.compiled.study.name] = EventReader(plan, folder)
        run_workflow(SuiteEvents(readers), self.folder, self.how, self.locks, observer)

    def is_whole(self, workspace: Workspace) -> bool:
        """Whether a study's jobs have all ended, and its report is of their results."""
        left = StudyLeft(0, workspace, frozenset())
        left.mark_ready()
        return not left.jobs and not left.needs_report


@contextmanager
def _ready(opened: Opened, request: Request, observer: Observer, pins: Pins) -> Iterator[_Suite]:
    """Studies whose workflows are written and may begin, those that may; nobody else runs them meanwhile."""
    refused = dict(opened.refused)
    folder, store = opened.results / FOLDER, opened.store
    with ExitStack() as held:
        locks = [held.enter_context(holding(folder))]
        held.enter_context(using(store))
        sound = sound_tasks([one.compiled for one in opened.workspaces], store, thorough=request.retry)
        workspaces, launches = list[Workspace](), dict[str, Launch]()
        for workspace in opened.workspaces:
            try:
                one: Ready = held.enter_context(ready(workspace, request, observer, pins, sound))
            except Refusal as refusal:
                refused[Path(workspace.compiled.study.file)] = refusal
                continue
            workspaces.append(workspace)
            locks.append(one.lock)
            launches[workspace.compiled.study.image] = one.launch
        left = [StudyLeft(number, workspace, sound) for number, workspace in enumerate(workspaces)]
        jobs = pack_suite(left, request.target or Target())
        reports = report_jobs(left, jobs)
        here = executor_of(request.profile, request.arguments) in HERE
        runners = {image: launch.runner for image, launch in launches.items() if launch.runner is not None}
        for launch in launches.values():
            held.enter_context(no_leftovers(launch, folder, observer))
        emit_suite(jobs, reports, Places(folder, store, runners, here))
        how = None
        if jobs or reports:
            how = how_to_run_jobs(
                [workspace.compiled for workspace in workspaces],
                len(jobs) + len(reports),
                len(jobs) + len(reports),
                pins,
                request.profile,
                request.cores,
                request.arguments,
            )
        yield _Suite(folder, tuple(workspaces), refused, how, tuple(locks))
