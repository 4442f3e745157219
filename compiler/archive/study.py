"""Archive a finished study: its workflow and report are written anew, from its spec and store."""

import functools
import json
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from heldout.compiler.archive import contents
from heldout.compiler.archive.bibliography import authors_of, bibtex, cff
from heldout.compiler.archive.citations import papers_of_study
from heldout.compiler.archive.environment import instant
from heldout.compiler.archive.image import archived_image
from heldout.compiler.archive.places import published
from heldout.compiler.archive.signature import sign
from heldout.compiler.archive.sources import Source
from heldout.compiler.archive.stored import StoredTask, stored
from heldout.compiler.archive.writer import write_archive
from heldout.compiler.compile import Compiled
from heldout.compiler.files import write_if_changed
from heldout.compiler.images import Pins
from heldout.compiler.lower.done_file import done_text, read_done
from heldout.compiler.lower.emit import emit
from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.store.lock import using


@dataclass(frozen=True)
class Wanted:
    """What an archive is to be.

    Attributes:
        image: the image's file, a SIF or OCI archive, `sif` for the pinned one, or `none`.
        everything: data and models too, not only their checksums.
        authors: of the study; without any they are nobody in particular.
        license: of the study, an SPDX name or an address.
        key: an SSH key to sign with.
    """

    image: str = "none"
    everything: bool = False
    authors: tuple[str, ...] = ()
    license: str = "not stated"
    key: Path | None = None


@dataclass(frozen=True)
class Archived:
    """An archive that was written.

    Attributes:
        path: of the file.
        manifest: the SHA-256 of its manifest, which stands for all that it holds.
        tasks: that are in it.
        missing: tasks of the study that have no result.
    """

    path: Path
    manifest: str
    tasks: int
    missing: int


def archive_study(
    workspace: Workspace, spec: Path, path: Path | None, wanted: Wanted, pins: Pins
) -> Archived:
    """Put a finished study into one file. The same study and store give the same bytes.

    Args:
        workspace: of the study.
        spec: its file.
        path: of the archive; None: by the study's name, and its scale's.
        wanted: what it is to be.
        pins: what the names of images stand for here.

    Raises:
        Refusal: nothing of the study has been computed, or the archive cannot be as wanted.
        Failed: the runtime did not write the report.
    """
    if spec.suffix not in (".yaml", ".yml"):
        message = f"an archive holds specs that end in .yaml or .yml, and this is {spec.name}"
        raise Refusal(message, "rename it")
    study, store = workspace.compiled.study, workspace.store
    everything = {task for each in workspace.compiled.expansions.values() for _, task in each.cells()}
    path = path or Path(f"{study.name}{'-' + study.scale if study.scale else ''}.zip")
    with using(store) if store.is_dir() else nullcontext():
        tasks = stored(store, everything)
        if not tasks:
            raise Refusal(f"nothing of {spec} has been computed", f"`heldout run {spec}` does it")
        signed = None if wanted.key is None else functools.partial(sign, key=wanted.key)
        with tempfile.TemporaryDirectory(prefix="heldout-") as folder:
            manifest = write_archive(
                path, _collect(workspace, spec, tasks, Path(folder), wanted, pins), signed
            )
    return Archived(path, manifest, len(tasks), len(everything) - len(tasks))


def _collect(
    workspace: Workspace,
    spec: Path,
    tasks: dict[str, StoredTask],
    folder: Path,
    wanted: Wanted,
    pins: Pins,
) -> dict[str, Source]:
    """The files of the archive."""
    from heldout.compiler.archive.collect import (  # rocrate takes a quarter of a second
        Finished,
        archive_files,
    )

    compiled, name = workspace.compiled, workspace.compiled.study.image
    workflow, report = folder / contents.WORKFLOW, folder / contents.REPORT
    emit(compiled, workflow, folder / contents.STORE, workspace.lock, pin=pins.get(name))
    _copy_done(workspace.folder, workflow, (workspace.folder, workspace.store, spec.parent))
    options = ["--plan", workflow / "plan" / "report.json", "--store", workspace.store]
    if call_runtime("report", *options, "--done", workflow / "done", "--out", report) != 0:
        raise Failed("the report could not be written")
    return archive_files(
        Finished(
            compiled=compiled,
            spec=spec,
            lock=workspace.lock,
            pins=pins,
            workflow=workflow,
            report=report,
            tasks=tasks,
            catalog=_catalog(compiled),
            image=archived_image(name, pins, None if wanted.image == "none" else wanted.image),
            everything=wanted.everything,
            license=wanted.license,
            snakemake=version("snakemake"),
            citations=_citations(compiled, tasks, wanted.authors),
        )
    )


def _copy_done(run: Path, workflow: Path, folders: tuple[Path, ...]) -> None:
    """Copy how the jobs went, of those jobs that are still the plan's, without where these folders lay."""
    for plan in sorted((workflow / "plan").glob("*/*.json")):
        name = plan.relative_to(workflow / "plan")
        was, done = run / "plan" / name, read_done(run / "done" / name)
        if done is not None and was.is_file() and was.read_bytes() == plan.read_bytes():
            write_if_changed(workflow / "done" / name, done_text(published(done, folders)))


def _catalog(compiled: Compiled) -> bytes:
    """The catalog that the study was compiled with, the user's own operators among it."""
    return (json.dumps(compiled.catalog.content, indent=1, sort_keys=True) + "\n").encode()


def _citations(
    compiled: Compiled, tasks: dict[str, StoredTask], authors: tuple[str, ...]
) -> dict[str, bytes]:
    papers, named = papers_of_study(compiled), authors or authors_of(compiled)
    finished = [task.record["finished"] for task in tasks.values() if "finished" in task.record]
    date = instant(max(finished)) if finished else None
    return {
        contents.CITATION: cff(compiled, papers, named, date).encode(),
        contents.BIBLIOGRAPHY: bibtex(compiled, papers, named, int(date[:4]) if date else None).encode(),
    }
