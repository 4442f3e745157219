"""Run the chosen part of an archived study, here or in its image, and write the report of the whole."""

import importlib.util
import json
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from typing import NoReturn

from heldout.compiler.archive import contents
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.recompile import Recompiled
from heldout.compiler.cli.containers import no_leftovers, pins_or_stop, prepare_or_stop
from heldout.compiler.cli.image_answers import taught
from heldout.compiler.cli.image_progress import shown
from heldout.compiler.cli.profile import how_to_run
from heldout.compiler.compile import Compiled
from heldout.compiler.digests import in_words
from heldout.compiler.images import Pins
from heldout.compiler.launch.launch import REPORT
from heldout.compiler.launch.refusal import Refusal
from heldout.compiler.lower.emit import emit
from heldout.compiler.plan.plan import Plan
from heldout.compiler.profiles.arguments import executor_of
from heldout.compiler.profiles.profile import Containers
from heldout.compiler.reproduce.catalogs import other_claims, other_operators
from heldout.compiler.reproduce.folder import Folder
from heldout.compiler.reproduce.image import Untrusted, archived_pin, obtain
from heldout.compiler.run.environment import runtime_environment
from heldout.compiler.run.events import done_files, forget_attempts
from heldout.compiler.run.workflow import LOG, run_workflow
from heldout.compiler.run.workspace import Workspace, catalog_for
from heldout.compiler.terminal import FAILED, INVALID, MISSING, say, stop

TORCH, PYARROW = "torch", "pyarrow"


@dataclass(frozen=True)
class Engine:
    """What jobs run in.

    Attributes:
        trust: the archive's own programs may run.
        cores: of this machine; None: all of them.
    """

    containers: Containers
    trust: bool
    cores: int | None


@dataclass(frozen=True)
class Again:
    """A study that is computed again.

    Attributes:
        compiled: with the tasks that are.
        recompiled: with all of them, as the archive's spec gives them.
        lock: a descriptor that holds the folder.
    """

    archive: Archive
    folder: Folder
    compiled: Compiled
    recompiled: Recompiled
    lock: int

    @property
    def workspace(self) -> Workspace:
        """Of the tasks that are computed again."""
        return Workspace(self.compiled, self.folder.workflow, self.folder.store, self.recompiled.lock)

    @property
    def whole(self) -> Workspace:
        """Of the whole study."""
        whole = self.recompiled
        return Workspace(whole.compiled, self.folder.whole, self.folder.whole_store, whole.lock)

    def ready(self, engine: Engine) -> Pins:
        """See that what computes is what computed the archive, else end with exit code 2 or 3.

        Returns:
            the archived image as this study's only pin; none without containers.
        """
        if engine.containers == "none":
            _refuse_other_operators(self)
            return Pins()
        name = self.compiled.study.image
        about = json.loads((self.folder.archived / contents.IMAGE_INDEX).read_bytes())
        try:
            with taught(), shown() as progress:
                pin = archived_pin(about)
                if pin is None:
                    stop(
                        "the archive names no image", INVALID, "its study ran without one: --containers none"
                    )
                _refuse_other_catalog(self.compiled, pin.catalog)
                found = obtain(
                    *(name, about, pin, self.folder.archived, pins_or_stop()),
                    engine=engine.containers,
                    trust=engine.trust,
                    progress=progress,
                )
        except Refusal as refusal:
            stop(str(refusal), MISSING if refusal.kind == "missing" else INVALID, refusal.hint)
        except Untrusted:
            message = f"the image {name} of the archive is not here, and it is a program too"
            stop(message, INVALID, "--trust-operators lets it run")
        return Pins(known={name: found})


def runtime_or_stop(engine: Engine) -> None:
    """End with exit code 3 where what computes or compares is not installed."""
    needed = (PYARROW,) if engine.containers != "none" else (PYARROW, TORCH)
    if not all(map(importlib.util.find_spec, needed)):
        stop("the runtime is not installed", MISSING, "install it with `pip install 'heldout[runtime]'`")


def _refuse_other_operators(again: Again) -> None:
    """End with exit code 2 where the runtime here would compute something else than was archived."""
    spec = again.folder.archived / again.archive.index.spec
    scale = again.compiled.study.scale
    here, mistakes = catalog_for(spec, again.compiled.source, scale)
    if mistakes:
        stop(f"its operator files cannot be read: {mistakes[0].message}", INVALID, mistakes[0].hint)
    if found := other_operators(again.compiled, here):
        _stop_for_others(f"this runtime is not the archived one: {in_words(found)}", again)
    if changed := other_claims(again.compiled, here):
        say(f"claims of these kinds are judged by another version: {', '.join(changed)}", "yellow")


def _stop_for_others(message: str, again: Again) -> NoReturn:
    software = again.archive.index.software or "its version"
    stop(
        message,
        INVALID,
        f"--containers docker, podman or apptainer runs the archived image; or install heldout {software}",
    )


def _refuse_other_catalog(compiled: Compiled, catalog: str) -> None:
    """End with exit code 2 where the archived image is not what the archive was compiled against."""
    # The digest of a catalog with the user's own operators is another one; jobs check each operator's.
    if not compiled.operator_files and catalog != compiled.catalog.digest:
        message = "the archived image holds another catalog than the archive was compiled against"
        stop(message, INVALID, "no image of that catalog is known")


def run_again(again: Again, pins: Pins, engine: Engine) -> None:
    """Compute the chosen tasks in their own store, all jobs but the report."""
    workspace, plan = again.workspace, again.compiled.plan
    launch = prepare_or_stop(
        workspace, engine.containers, executor_of(None, []), pins, _catalog_of(again, pins)
    )
    with no_leftovers(launch, workspace.folder):
        workspace.emit(pins, launch)
        for done in done_files(plan, workspace.folder):  # an earlier attempt's failures are tried again
            if done["failed"] or done["blocked"]:
                done["path"].unlink()
        forget_attempts(plan, workspace.folder)
        how = how_to_run(workspace, pins, None, engine.cores, targets(plan))
        code = run_workflow(plan, workspace.folder, how, again.lock)
    if code:
        say(f"Snakemake ended with exit code {code}: {workspace.folder / LOG} says why", "red")


def _catalog_of(again: Again, pins: Pins) -> str | None:
    """The digest of the catalog that the archived image must hold: its own."""
    pin = pins.get(again.compiled.study.image)
    return pin.catalog if pin is not None else None


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


def report_again(again: Again, pins: Pins, engine: Engine) -> None:
    """Write the report of the whole study, in the image where jobs ran in it."""
    workspace = again.whole
    launch = prepare_or_stop(
        workspace, engine.containers, executor_of(None, []), pins, _catalog_of(again, pins)
    )
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
    ended = subprocess.run(words, cwd=workspace.folder, env=runtime_environment(), check=False)
    if ended.returncode:
        stop("the report could not be written", FAILED)
