"""Run the chosen part of an archived study, and write the report of the whole."""

import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from heldout.compiler.environment import child_environment
from heldout.compiler.files import num_bytes_below
from heldout.compiler.images import Pins
from heldout.compiler.launch.launch import REPORT, Launch
from heldout.compiler.lower.emit import emit
from heldout.compiler.plan.plan import Plan
from heldout.compiler.profiles.arguments import executor_of
from heldout.compiler.refusal import Failed
from heldout.compiler.reproduce.again import Again
from heldout.compiler.run.containers import launch_of, no_leftovers
from heldout.compiler.run.done import forget_failed
from heldout.compiler.run.events import EventReader, forget_attempts
from heldout.compiler.run.invocation import how_to_run
from heldout.compiler.run.libraries import ANY, CHOICE
from heldout.compiler.run.runtime import Bounds
from heldout.compiler.run.workflow import LOG, run_workflow
from heldout.compiler.run.workspace import Workspace


def run_again(again: Again, pins: Pins) -> Path | None:
    """Compute the chosen tasks in their own store, all jobs but the report.

    Args:
        again: the study.
        pins: with the image that jobs run in; none without containers.

    Returns:
        the log of Snakemake where it did not end well.
    """
    workspace, plan = again.workspace, again.compiled.plan
    launch = _launch(again, workspace, pins)
    for note in launch.notes:
        again.observer.note(note)
    with no_leftovers(launch, workspace.folder, again.observer):
        workspace.emit(pins, launch)
        forget_failed(plan, workspace.folder)  # an earlier attempt's failures are tried again
        forget_attempts(plan, workspace.folder)
        how = how_to_run(again.compiled, pins, None, again.conditions.cores, targets(plan))
        how = replace(how, environment={**how.environment, CHOICE: ANY})  # which were noted
        code = run_workflow(
            EventReader(plan, workspace.folder), workspace.folder, how, (again.lock,), again.observer
        )
    return workspace.folder / LOG if code else None


def _launch(again: Again, workspace: Workspace, pins: Pins) -> Launch:
    """How the jobs are started; an archived image holds its own catalog, and not the one here."""
    pin = pins.get(workspace.compiled.study.image)
    catalog = pin.catalog if pin is not None else None
    # An archive is somebody else's: of data only what was given here, and no path that its author chose.
    engine, executor = again.conditions.containers, executor_of(None, [])
    return launch_of(workspace, engine, executor, pins, catalog, data=again.data.values())


def targets(plan: Plan) -> list[str]:
    """The files for which all jobs run but the report's: of those jobs that no other waits for.

    The report is of the whole study, and is written when what was archived lies beside it. Not by
    `--until`, after a rule of which Snakemake runs nothing, also where other such rules wait for it.
    """
    lead = {stage.name: stage.lead for stage in plan.stages}
    jobs, read = set(), set()
    for job in plan.jobs:
        for shards in zip(*(stage.shards for stage in job), strict=True):
            own = (job[0].name, shards[0].name)
            jobs.add(own)
            read |= {(lead[stage], shard) for part in shards for stage, shard in part.needs} - {own}
    return [f"done/{stage}/{shard}.json" for stage, shard in sorted(jobs - read)]


def report_again(again: Again, pins: Pins) -> None:
    """Write the report of the whole study, in the image where jobs ran in it.

    Raises:
        Failed: it could not be written.
    """
    workspace = again.whole
    launch = _launch(again, workspace, pins)
    pin = pins.get(workspace.compiled.study.image)
    emit(workspace.compiled, workspace.folder, workspace.store, workspace.lock, launch, pin)
    done = workspace.folder / "done"
    shutil.rmtree(done, ignore_errors=True)
    shutil.copytree(again.folder.workflow / "done", done, dirs_exist_ok=True)
    words = [
        *shlex.split(launch.prefixes[REPORT]),
        *("python", "-P", "-m", "heldout.runtime", "report", "--plan", "plan/report.json"),
        *("--store", "../store", "--done", "done", "--out", "report"),
    ]
    bounds = Bounds.to_read(num_bytes_below(workspace.store))  # where it is no container that reads
    ended = subprocess.run(
        words, cwd=workspace.folder, env=child_environment(), check=False, preexec_fn=bounds.apply
    )
    if ended.returncode:
        raise Failed("the report could not be written")
