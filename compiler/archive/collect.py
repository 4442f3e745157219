"""All files of a study's archive."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.analysis.row_metrics import row_metrics
from heldout.compiler.archive import contents
from heldout.compiler.archive.crate import Described, Job, metadata
from heldout.compiler.archive.environment import environments, instant
from heldout.compiler.archive.image import ArchivedImage
from heldout.compiler.archive.readme import readme
from heldout.compiler.archive.sources import Source
from heldout.compiler.archive.spec_files import files_beside, spec_folder
from heldout.compiler.archive.stored import StoredTask, archived_files
from heldout.compiler.compile import Compiled
from heldout.compiler.images import Pins
from heldout.compiler.lock import Lock, claim_states, entries, lock_path
from heldout.compiler.lower.samples import shown_cells
from heldout.version import __version__


@dataclass(frozen=True)
class Finished:
    """A study with its results.

    Attributes:
        spec: its file.
        lock: of the study, where it has one.
        pins: what the names of images stand for here.
        workflow: a folder with its emitted workflow, the jobs' done files among it.
        report: a folder with its report.
        tasks: those that have results, by identity.
        catalog: the text of the catalog that it was compiled with.
        image: of the study.
        everything: put in also the artifacts of large kinds.
        license: of the study, as SPDX names it or in words.
        snakemake: its version.
        citations: the files of `heldout cite`, by name.
    """

    compiled: Compiled
    spec: Path
    lock: Lock | None
    pins: Pins
    workflow: Path
    report: Path
    tasks: Mapping[str, StoredTask]
    catalog: bytes
    image: ArchivedImage
    everything: bool
    license: str
    snakemake: str
    citations: Mapping[str, bytes]


def archive_files(study: Finished) -> dict[str, Source]:
    """The files of an archive by name, all but its manifest."""
    compiled, folder = study.compiled, spec_folder(study.compiled.texts)
    spec = f"{folder}/{study.spec.name}"
    left_out = frozenset() if study.everything else compiled.catalog.large_kinds
    files: dict[str, Source] = {spec: compiled.texts.spec.data, contents.CATALOG: study.catalog}
    files |= files_beside(compiled.texts.beside, folder)
    for name in compiled.code_files:
        files[f"{folder}/{name}"] = study.spec.parent / name
    if lock_path(study.spec).is_file():
        files[f"{folder}/{lock_path(study.spec).name}"] = lock_path(study.spec)
    files |= _below(study.workflow, contents.WORKFLOW) | _below(study.report, contents.REPORT)
    read = read_by_report(compiled)
    for name, task in study.tasks.items():
        files |= archived_files(task, left_out, read.get(name, frozenset()))
    files |= study.image.files
    files |= study.citations
    files[contents.LOCK] = _json(_rests_on(study))
    records = [task.record for task in study.tasks.values()]
    files[contents.ENVIRONMENT] = _json(environments(records))
    files[contents.INDEX] = _json(
        {
            "heldout_archive": contents.VERSION,
            "study": compiled.study.name,
            "scale": compiled.study.scale,
            "spec": spec,
            "software": __version__,
            "left_out": sorted(left_out),
            "tasks": len(study.tasks),
        }
    )
    jobs = _jobs(study)
    files[contents.README] = readme(compiled, spec, files, jobs, left_out, study.image.about)
    files[contents.METADATA] = metadata(_described(study, spec, jobs), files)
    return files


def read_by_report(compiled: Compiled) -> dict[str, set[str]]:
    """By task, the outputs whose rows claims are about, or that galleries show."""
    read: dict[str, set[str]] = {}
    for metric in row_metrics(compiled.claims):
        for _, name in compiled.expansions[metric["stage"]].cells():
            read.setdefault(name, set()).add(metric["port"])
    for gallery in compiled.samples:
        for cell in shown_cells(compiled, gallery):
            read.setdefault(cell["task"], set()).add(gallery.keys["rows"]["port"])
    return read


def _below(folder: Path, name: str) -> dict[str, Source]:
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _rests_on(study: Finished) -> dict[str, Any]:
    """lock.json: what the study rests on now, and what had been locked beforehand."""
    lock = study.lock
    locked = None if lock is None else {"entries": dict(lock.entries), "claims": dict(lock.claims)}
    return {
        "heldout": 1,
        "entries": entries(study.compiled, study.pins),
        "locked": locked,
        "claims": claim_states(study.compiled, lock),
    }


def _jobs(study: Finished) -> list[Job]:
    jobs = []
    for stage in study.compiled.plan.stages:
        ids = study.compiled.expansions[stage.name].ids
        for shard in stage.shards:
            tasks = {ids[flat] for flat in shard.cells}
            records = [
                study.tasks[task].record for task in sorted(filter(None, tasks)) if task in study.tasks
            ]
            ended = [r["finished"] for r in records if "finished" in r]
            began = [r["finished"] - r.get("seconds", 0.0) for r in records if "finished" in r]
            jobs.append(
                Job(
                    stage=stage.name,
                    name=shard.name,
                    tasks=len(records),
                    failed=len(tasks) - len(records),
                    began=instant(min(began)) if began else None,
                    ended=instant(max(ended)) if ended else None,
                )
            )
    return jobs


def _described(study: Finished, spec: str, jobs: list[Job]) -> Described:
    compiled = study.compiled
    operators = {stage.name: stage.operator for stage in compiled.plan.stages}
    scale = f" at scale {compiled.study.scale}" if compiled.study.scale else ""
    title = compiled.study.title or compiled.study.name
    return Described(
        study=compiled.study.name,
        title=title,
        description=f"The study {compiled.study.name}{scale}: {title} Spec, workflow, results and report.",
        license=study.license,
        spec=spec,
        operators=operators,
        summaries={name: compiled.catalog.operators[name].summary for name in operators.values()},
        jobs=jobs,
        image=study.image.about,
        software={"heldout": __version__, "snakemake": study.snakemake},
    )
