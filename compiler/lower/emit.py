"""Emit the workflow of a compiled study: a Snakefile, its profile and its plan."""

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from heldout.compiler.compile import Compiled
from heldout.compiler.files import holds, others, write_if_changed
from heldout.compiler.images import Pin
from heldout.compiler.launch.launch import Launch, plain_launch
from heldout.compiler.launch.rules import rule_container, snakemake_arguments
from heldout.compiler.lock import Lock
from heldout.compiler.lower.cells import cells_text
from heldout.compiler.lower.configuration import configuration_text, profile_text, written_prefixes
from heldout.compiler.lower.finished import Finished
from heldout.compiler.lower.report_plan import report_text
from heldout.compiler.lower.shards import needs_text, shard_files
from heldout.compiler.plan.packing import packing_text
from heldout.compiler.plan.plan import PlannedStage

# What `snakemake --report` says beside the page.
CAPTION = """\
The study's own report: the verdicts first, then the tables and figures behind them, and how all of it
was computed.
"""


def emit(
    compiled: Compiled,
    folder: Path,
    store: Path,
    lock: Lock | None = None,
    launch: Launch | None = None,
    pin: Pin | None = None,
) -> None:
    """Write the workflow of a study into a folder.

    Before: a compiled study. After: the folder holds what `snakemake` needs; what is there and
    still right is left alone, shards that the plan no longer has are gone, results are kept. A
    job whose shard is new or has changed has no done file, by which Snakemake knows to run it, but
    where others had finished all of its tasks.

    Args:
        compiled: the study.
        folder: of the workflow; made if it is missing.
        store: of artifacts, shared by all studies; written as a path relative to the folder.
        lock: of the study, where it has one; the report says which claims it holds.
        launch: how its jobs are started; None: as they were in this folder before, else without containers.
        pin: of the study's image, which rules then name for Snakemake's own containers.
    """
    plan = folder / "plan"
    finished, kept, changed = Finished(folder), set(), set()
    for name, text in shard_files(compiled):
        if not holds(plan / name, text):
            finished.remember(name)
            (folder / "done" / name).unlink(missing_ok=True)
            write_if_changed(plan / name, text)
            changed.add(name)
        kept.add(name.removesuffix(".json"))
    for path in others(plan, kept):
        finished.remember(path.relative_to(plan).as_posix())
    leads = {f"{job[0].name}/{shard.name}" for job in compiled.plan.jobs for shard in job[0].shards}
    for part, keep in (("plan", kept), ("done", kept), ("ready", leads)):
        for path in others(folder / part, keep):
            path.unlink()
    finished.write_done(compiled, changed)
    _copy_code(compiled, folder / "operators")
    write_if_changed(plan / "packing.json", packing_text(compiled.plan.packing))
    write_if_changed(plan / "needs.json", needs_text(compiled))
    write_if_changed(plan / "report.json", report_text(compiled, lock))
    write_if_changed(plan / "cells.json", cells_text(compiled))
    # Without links, since a job's `..` leaves its folder by the real path.
    from_folder = Path(os.path.relpath(store.resolve(), folder.resolve())).as_posix()
    gpus = any(expansion.stage.resources.gpu for expansion in compiled.expansions.values())
    prefixes = _prefixes(compiled, folder, store, from_folder, launch)
    write_if_changed(folder / "config.yaml", configuration_text(from_folder, prefixes))
    profile = profile_text(snakemake_arguments(from_folder, gpus))
    write_if_changed(folder / "profile" / "config.yaml", profile)
    write_if_changed(folder / "report.rst", CAPTION)
    container = rule_container(pin, folder)
    write_if_changed(folder / "Snakefile", snakefile_text(compiled, container))


def _copy_code(compiled: Compiled, folder: Path) -> None:
    """Copy the user's operator files and what they import from beside them; other modules go."""
    spec = Path(compiled.study.file).parent
    kept = {folder / name: (spec / name).read_bytes() for name in compiled.code_files}
    for path in set(folder.rglob("*.py")) - kept.keys():
        path.unlink()
    for path, content in kept.items():
        write_if_changed(path, content)


def _prefixes(
    compiled: Compiled, folder: Path, store: Path, from_folder: str, launch: Launch | None
) -> Mapping[str, str]:
    if launch is not None:
        return launch.prefixes
    plain = plain_launch(compiled, folder, store).prefixes
    return written_prefixes(folder / "config.yaml", from_folder, plain) or plain


def snakefile_text(compiled: Compiled, container: str | None = None) -> str:
    """The Snakefile of a study: a function of the spec, the catalog, the packing and the image alone.

    Args:
        compiled: the study.
        container: the image as rules name it; None where none is pinned.
    """
    environment = Environment(
        loader=PackageLoader("heldout.compiler.lower", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # only names and numbers are filled in, and the reader has checked them
    )
    jobs = [_job(compiled, job) for job in compiled.plan.jobs]
    name = Path(compiled.study.file).name
    template = environment.get_template("Snakefile.jinja")
    return template.render(
        study=compiled.study,
        spec=_in_a_comment(name),
        argument=_in_a_comment(shlex.quote(name)),
        jobs=jobs,
        container=json.dumps(container, ensure_ascii=False) if container is not None else None,
    )


def _job(compiled: Compiled, stages: tuple[PlannedStage, ...]) -> dict[str, Any]:
    """What the template fills in of one rule: with the most of what its stages ask for."""
    resources = [compiled.expansions[stage.name].stage.resources for stage in stages]
    count = len(stages[0].shards)
    return {
        "name": stages[0].name,
        "stages": stages,
        "count": f"{count} {'jobs' if count != 1 else 'job'}",
        "resources": replace(
            resources[0],
            disk_mb=max(r.disk_mb for r in resources),
            runtime=max(r.runtime for r in resources),
            workers=max(r.workers for r in resources),
        ),
    }


def _in_a_comment(name: str) -> str:
    """The name of a file, which may hold anything, as it can stand in a comment and in backticks."""
    return "".join(c if c.isprintable() and c not in "`\\" else "?" for c in name)
