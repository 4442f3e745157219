"""`heldout.run`: run a study, and have its results."""

import time
from pathlib import Path

from heldout.compiler.profiles import load_profile
from heldout.compiler.refusal import Failed
from heldout.compiler.run.events import Progress
from heldout.compiler.run.observer import Observer
from heldout.compiler.run.outcome import Outcome, logs_of_failure
from heldout.compiler.run.study import Request, run_study
from heldout.compiler.run.workflow import LOG
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.words import counted, duration
from heldout.studies.places import Place, results_folder, store_folder
from heldout.studies.study import Study

LOG_LINES = 15


class Lines(Observer):
    """Prints a line now and then, as suits the output of a notebook.

    Attributes:
        seconds: between two lines about progress.
    """

    def __init__(self, seconds: float = 5.0) -> None:
        self.seconds = seconds
        self._said, self._last = time.monotonic(), -1

    def note(self, text: str) -> None:
        print(text)

    def progressed(self, progress: Progress) -> None:
        if progress.ended == self._last:
            return
        if not progress.running or time.monotonic() - self._said >= self.seconds:
            self._said, self._last = time.monotonic(), progress.ended
            left = f", {duration(progress.seconds_left)} left" if progress.running else ""
            at = progress.working_on if progress.running else "done"
            print(f"{at}: {progress.ended:,}/{progress.tasks:,} tasks{left}", flush=True)


def run(
    spec: Place,
    scale: str | None = None,
    *,
    cores: int | None = None,
    results: Place | None = None,
    store: Place | None = None,
    profile: str | None = None,
    containers: str | None = None,
    retry: bool = False,
    observer: Observer | None = None,
) -> Study:
    """Compute what the store lacks of a study, write its report, and have the results.

    Interrupt it when you like: what is finished stays, and the next run goes on from there.

    Args:
        spec: a YAML file.
        scale: of the study; None: as it stands.
        cores: of this machine to use; None: all of them.
        results: where workflows and reports are written; by default HELDOUT_RESULTS, or `results`.
        store: of artifacts; by default HELDOUT_STORE, or `.heldout/store`.
        profile: where jobs run: `local`, `slurm`, `kubernetes`, or a folder; None: on this machine.
        containers: the engine that runs the jobs in the study's image: `docker`, `podman` or `apptainer`.
        retry: try the tasks that failed again.
        observer: is told how it goes; by default a line is printed now and then. `Observer()` is silent.

    Returns:
        the study. Tasks may have failed: its `failures` say which and why.

    Raises:
        Mistakes: the spec has some; they print as the command line's.
        Refusal: the study cannot be run as asked. Nothing has run then.
        Failed: the workflow did not come to its end.
        KeyboardInterrupt: it was interrupted; its jobs have ended.
    """
    told = observer if observer is not None else Lines()
    request = Request(
        profile=load_profile(profile) if profile is not None else None,
        containers=containers,
        cores=cores,
        retry=retry,
    )
    place = store_folder(store)
    workspace = Workspace.open(Path(spec), scale, results_folder(results), place, request.target)
    outcome = run_study(workspace, request, told)
    if outcome.code != 0 or outcome.page is None:
        raise _failed(outcome)
    told.note(f"{counted(outcome.computed, 'task')} computed, {outcome.reused:,} there already")
    if outcome.failed:
        told.note(f"{counted(len(outcome.failed), 'task')} failed: the study's `failures` say why")
    return Study(workspace.folder, workspace.folder / "report", place)


def _failed(outcome: Outcome) -> Failed:
    """The end of the log that says why a workflow failed."""
    log = next(iter(logs_of_failure(outcome.folder)), outcome.folder / LOG)
    lines = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-LOG_LINES:]
    said = "\n".join(f"  {line}" for line in lines)
    return Failed(f"the workflow of {outcome.study} failed; the end of {log}:\n{said}")
