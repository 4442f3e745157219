"""Emit the joint workflow of a suite: a Snakefile, its table of jobs, and what each of them runs."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from heldout.compiler.files import write_if_changed
from heldout.compiler.launch.bound_folders import BoundFolders
from heldout.compiler.launch.engine import ContainerRunner
from heldout.compiler.launch.own_data import own_data
from heldout.compiler.launch.prefix import prefixes
from heldout.compiler.launch.traits import Traits
from heldout.compiler.lower.configuration import profile_text
from heldout.compiler.lower.shards import shard_text
from heldout.compiler.plan.plan import Shard
from heldout.compiler.suite.left import OwnJob, Piece, StudyLeft, alike
from heldout.compiler.suite.pack import JointJob
from heldout.compiler.suite.reports import ReportJob
from heldout.compiler.syntax.study import Resources

JOBS = "jobs"  # what the rules of joint jobs are called, with a number where there are several
COMMON = "common"  # the folder of tasks that several studies have, with plans and done files of their own
KEPT = frozenset({".lock", ".lease", ".snakemake"})


@dataclass(frozen=True)
class Places:
    """Where a suite runs, and how its jobs are started.

    Attributes:
        folder: of its workflow.
        store: of artifacts.
        runners: of containers, by the image that studies name; none where jobs run in no container.
        here: whether jobs run on this machine.
    """

    folder: Path
    store: Path
    runners: Mapping[str, ContainerRunner]
    here: bool = True


def emit_suite(jobs: Sequence[JointJob], reports: Sequence[ReportJob], places: Places) -> None:
    """Write the workflow of a suite into its folder, in place of what an earlier run left there.

    Args:
        jobs: that run the studies' tasks.
        reports: that are to be written.
        places: where, and how.
    """
    _clear(places.folder)
    rules = _rules(jobs)
    table = {
        "jobs": {job.name: _job(job, rules, places) for job in jobs},
        "reports": {report.name: _report(report, places) for report in reports},
    }
    write_if_changed(places.folder / "jobs.json", json.dumps(table, indent=1) + "\n")
    write_if_changed(places.folder / "profile" / "config.yaml", profile_text(""))
    parts = [job.studies for job in jobs] + [report.studies for report in reports]
    studies = {study.number for part in parts for study in part}
    write_if_changed(places.folder / "Snakefile", _snakefile(rules, len(studies)))


def _clear(folder: Path) -> None:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and path.name not in KEPT:
            shutil.rmtree(path)
        elif path.name not in KEPT:
            path.unlink()


def _rules(jobs: Sequence[JointJob]) -> dict[str, Resources]:
    """A rule for all jobs that ask for the same threads, GPUs and machines."""
    rules: dict[str, Resources] = {}
    for job in jobs:
        if not any(alike(known, job.resources) for known in rules.values()):
            rules[f"{JOBS}_{len(rules)}" if rules else JOBS] = job.resources
    return rules


def _snakefile(rules: Mapping[str, Resources], studies: int) -> str:
    own, lower = PackageLoader("heldout.compiler.suite", ""), PackageLoader("heldout.compiler.lower", "")
    environment = Environment(
        loader=ChoiceLoader([own, lower]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # only names and numbers of our own are filled in
    )
    named = [{"name": name, "resources": resources} for name, resources in rules.items()]
    return environment.get_template("Snakefile.jinja").render(rules=named, studies=studies)


def _job(job: JointJob, rules: Mapping[str, Resources], places: Places) -> dict[str, Any]:
    """What the table says of a joint job, after writing down its parts."""
    resources = job.resources
    folder = _folder(job.studies, places)
    parts = [part for study, own in job.work for part in _parts(job, study, own, folder, places)]
    file = places.folder / "parts" / f"{job.name}.json"
    write_if_changed(file, json.dumps(parts, indent=1, ensure_ascii=False) + "\n")
    traits = Traits(
        name=f"{JOBS} {job.name}",
        network=job.fetches,
        gpus=resources.gpu,
        gpu_mem_mb=resources.gpu_mem_mb,
        mem_mb=resources.mem_mb,
        nodes=resources.nodes,
        cores=resources.cores,
    )
    return {
        "rule": next(name for name, known in rules.items() if alike(known, resources)),
        **_start(traits, job.studies, folder, places),
        "parts": _from(folder, file),
        "needs": job.needs,
        "mem_mb": resources.mem_mb,
        "disk_mb": resources.disk_mb,
        "runtime": resources.runtime,
    }


def _report(report: ReportJob, places: Places) -> dict[str, Any]:
    """What the table says of reports that are written together."""
    folder = _folder(report.studies, places)
    folders = [_from(folder, study.folder) for study in report.studies]
    return {
        **_start(Traits(f"reports {report.name}"), report.studies, folder, places),
        "needs": report.needs,
        "plan": [f"{one}/plan/report.json" for one in folders],
        "done": [f"{one}/done" for one in folders],
        "out": [f"{one}/report" for one in folders],
    }


def _folder(studies: Sequence[StudyLeft], places: Places) -> Path:
    """Where a job starts: in a study's own folder, beside files of the user's, or in that of the suite."""
    return studies[0].folder if len(studies) == 1 else places.folder


def _start(traits: Traits, studies: Sequence[StudyLeft], folder: Path, places: Places) -> dict[str, str]:
    """Where a job starts and with what before its command."""
    image = studies[0].workspace.compiled.study.image
    others = {places.folder, *(study.folder for study in studies)} - {folder}
    data = [one.path for study in studies for one in own_data(study.workspace.compiled.scope)]
    folders = BoundFolders.of(folder, places.store, data=data, others=sorted(others))
    launch = prefixes([traits], places.runners.get(image), folders, places.here)
    here = {"folder": _from(places.folder, folder), "store": _from(folder, places.store)}
    return here | {"launch": launch[traits.name]}


def _parts(
    joint: JointJob, study: StudyLeft, own: OwnJob, folder: Path, places: Places
) -> Iterator[dict[str, str]]:
    """The files of each shard that a job runs, from the folder in which it starts."""
    for piece in own.pieces:
        home, name = study.folder, f"{piece.stage}/{piece.shard}"
        if joint.common:
            home = places.folder / COMMON
            name = f"{study.workspace.compiled.study.name}-{piece.stage}/{piece.shard}"
        if joint.common:
            write_if_changed(home / "plan" / f"{name}.json", _text(study, piece))
        files = {
            "shard": home / "plan" / f"{name}.json",
            "done": home / "done" / f"{name}.json",
            "events": home / "logs" / f"{name}.jsonl",
            "log": home / "logs" / f"{name}.log",
        }
        yield {key: _from(folder, path) for key, path in files.items()}


def _text(study: StudyLeft, piece: Piece) -> str:
    """A shard of these tasks alone."""
    compiled = study.workspace.compiled
    stage = next(stage for stage in compiled.plan.stages if stage.name == piece.stage)
    return shard_text(compiled, stage, Shard(piece.shard, piece.cells, ()))


def _from(folder: Path, path: Path) -> str:
    """A path from a folder, without links, since a job's `..` leaves its folder by the real path."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
