"""Emit the workflow of a compiled study: a Snakefile, its profile and its plan."""

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from compiler.compile import Compiled
from compiler.lock import Lock
from compiler.lower.files import holds, others, write_if_changed
from compiler.lower.finished import Finished
from compiler.lower.report_plan import report_text
from compiler.lower.shards import needs_text, shard_files
from compiler.plan.packing import packing_text
from compiler.plan.plan import PlannedStage

PROFILE = """\
# Options of Snakemake for this workflow, wherever it runs: `snakemake --cores 2 --workflow-profile profile`.
# How many cores or jobs is not among them: here they would bound the threads of jobs on a cluster too.
keep-going: true
rerun-incomplete: true
# A job runs when its done file is missing; another wording of its rule makes no result another one.
rerun-triggers: mtime
printshellcmds: false
"""

# What `snakemake --report` says beside the page.
CAPTION = """\
The study's own report: the verdicts first, then the tables and figures behind them, and how all of it
was computed.
"""


def emit(compiled: Compiled, folder: Path, store: Path, lock: Lock | None = None) -> None:
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
    for name in compiled.operator_files:
        source = Path(compiled.study.file).parent / name
        write_if_changed(folder / "operators" / Path(name).name, source.read_bytes())
    write_if_changed(plan / "packing.json", packing_text(compiled.plan.packing))
    write_if_changed(plan / "needs.json", needs_text(compiled))
    write_if_changed(plan / "report.json", report_text(compiled, lock))
    write_if_changed(folder / "config.yaml", f"store: {Path(os.path.relpath(store, folder)).as_posix()}\n")
    write_if_changed(folder / "profile" / "config.yaml", PROFILE)
    write_if_changed(folder / "report.rst", CAPTION)
    write_if_changed(folder / "Snakefile", snakefile_text(compiled))


def snakefile_text(compiled: Compiled) -> str:
    """The Snakefile of a study: a function of the spec, the catalog and the packing alone."""
    environment = Environment(
        loader=PackageLoader("compiler.lower", ""),
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
        container=compiled.container,
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
        ),
    }


def _in_a_comment(name: str) -> str:
    """The name of a file, which may hold anything, as it can stand in a comment and in backticks."""
    return "".join(c if c.isprintable() and c not in "`\\" else "?" for c in name)
