"""`heldout archive`: a finished study as one file."""

import functools
import json
import shutil
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.archive import contents
from heldout.compiler.archive.bibliography import bibtex, cff
from heldout.compiler.archive.citations import papers_of_study
from heldout.compiler.archive.environment import instant
from heldout.compiler.archive.image import archived_image
from heldout.compiler.archive.signature import sign
from heldout.compiler.archive.sources import Source
from heldout.compiler.archive.stored import StoredTask, stored
from heldout.compiler.archive.writer import write_archive
from heldout.compiler.cli.options import Json, Results, Scale, Spec, StorePath
from heldout.compiler.compile import Compiled
from heldout.compiler.images import Pins, read_pins
from heldout.compiler.lower.emit import emit
from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.run.runtime import call_runtime
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.store.lock import using
from heldout.compiler.terminal import print_json, say
from heldout.compiler.words import counted

Authors = Annotated[
    list[str] | None,
    typer.Option("--author", help="An author of the study; may be given several times."),
]


@dataclass(frozen=True)
class Wishes:
    """What the command line says of the archive, and the pins of this machine."""

    spec: Path
    pins: Pins
    image: str
    everything: bool
    authors: tuple[str, ...]
    license: str
    key: Path | None


POSITION = 120


def register(application: typer.Typer) -> None:
    application.command()(archive)


def archive(
    spec: Spec,
    scale: Scale = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file; by default STUDY.zip.", show_default=False),
    ] = None,
    image: Annotated[
        str,
        typer.Option(help="The image's file: a SIF or OCI archive, `sif` for the pinned one, or `none`."),
    ] = "none",
    everything: Annotated[
        bool, typer.Option("--everything", help="Put in data and models too, not only their checksums.")
    ] = False,
    author: Authors = None,
    license_: Annotated[
        str, typer.Option("--license", help="The licence of the study: an SPDX name or an address.")
    ] = "not stated",
    sign_with: Annotated[
        Path | None,
        typer.Option("--sign", metavar="KEY", help="Sign with this SSH key, private or held by an agent."),
    ] = None,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Put a finished study into one file.

    A stranger can read, check and run it again. The same study and store give the same bytes.
    docs/archive.md says what is inside.

    Examples:

    \b
      heldout archive my-study.yaml -o my-study.zip --author "Ada Lovelace"
      heldout archive my-study.yaml --image sif --sign ~/.ssh/id_ed25519
    """
    workspace = Workspace.open(spec, scale, results, store)
    compiled = workspace.compiled
    _refuse_spec_name(spec)
    wanted = {task for each in compiled.expansions.values() for _, task in each.cells()}
    path = output or Path(f"{compiled.study.name}{'-' + scale if scale else ''}.zip")
    authors = tuple(author or (f"The authors of {compiled.study.name}",))
    wishes = Wishes(spec, read_pins(), image, everything, authors, license_, sign_with)
    with using(store) if store.is_dir() else nullcontext():
        tasks = stored(store, wanted)
        if not tasks:
            raise Refusal(f"nothing of {spec} has been computed", f"`heldout run {spec}` does it")
        digest = _write(path, workspace, tasks, wishes)
    lacking = len(wanted) - len(tasks)
    if as_json:
        print_json({"file": path.as_posix(), "manifest": digest, "tasks": len(tasks), "missing": lacking})
        return
    if lacking:
        say(
            f"{counted(lacking, 'task')} of the study {'has' if lacking == 1 else 'have'} no result", "yellow"
        )
    say(f"{path}: {counted(len(tasks), 'task')}, {path.stat().st_size / 1e6:,.1f} MB")
    say(f"publish the checksum of its {contents.MANIFEST} beside it: {digest}")


def _write(path: Path, workspace: Workspace, tasks: dict[str, StoredTask], wishes: Wishes) -> str:
    """Write the archive; the checksum of its manifest."""
    signed = None if wishes.key is None else functools.partial(sign, key=wishes.key)
    with tempfile.TemporaryDirectory(prefix="heldout-") as folder:
        files = _collect(workspace, tasks, Path(folder), wishes)
        return write_archive(path, files, signed)


def _refuse_spec_name(spec: Path) -> None:
    if spec.suffix not in (".yaml", ".yml"):
        message = f"an archive holds specs that end in .yaml or .yml, and this is {spec.name}"
        raise Refusal(message, "rename it")


def _collect(
    workspace: Workspace, tasks: dict[str, StoredTask], folder: Path, wishes: Wishes
) -> dict[str, Source]:
    """The files of the archive; the workflow and the report are written anew, from spec and store."""
    from heldout.compiler.archive.collect import (  # rocrate takes a quarter of a second
        Finished,
        archive_files,
    )

    compiled = workspace.compiled
    workflow, report = folder / contents.WORKFLOW, folder / contents.REPORT
    pin = wishes.pins.get(compiled.study.image)
    emit(compiled, workflow, folder / contents.STORE, workspace.lock, pin=pin)
    _copy_done(workspace.folder, workflow)
    options = ["--plan", workflow / "plan" / "report.json", "--store", workspace.store]
    if call_runtime("report", *options, "--done", workflow / "done", "--out", report) != 0:
        raise Failed("the report could not be written")
    name = compiled.study.image
    image = archived_image(name, wishes.pins, None if wishes.image == "none" else wishes.image)
    return archive_files(
        Finished(
            compiled=compiled,
            spec=wishes.spec,
            lock=workspace.lock,
            pins=wishes.pins,
            workflow=workflow,
            report=report,
            tasks=tasks,
            catalog=_catalog(compiled),
            image=image,
            everything=wishes.everything,
            license=wishes.license,
            snakemake=version("snakemake"),
            citations=_citations(compiled, tasks, wishes.authors),
        )
    )


def _copy_done(run: Path, workflow: Path) -> None:
    """Copy how the jobs went, of those jobs that are still the plan's."""
    for plan in sorted((workflow / "plan").glob("*/*.json")):
        name = plan.relative_to(workflow / "plan")
        was, done = run / "plan" / name, run / "done" / name
        if done.is_file() and was.is_file() and was.read_bytes() == plan.read_bytes():
            (workflow / "done" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(done, workflow / "done" / name)


def _catalog(compiled: Compiled) -> bytes:
    """The catalog that the study was compiled with, the user's own operators among it."""
    content = compiled.catalog.model_dump(mode="json", by_alias=True)
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def _citations(
    compiled: Compiled, tasks: dict[str, StoredTask], authors: tuple[str, ...]
) -> dict[str, bytes]:
    papers = papers_of_study(compiled)
    finished = [task.record["finished"] for task in tasks.values() if "finished" in task.record]
    date = instant(max(finished)) if finished else None
    return {
        contents.CITATION: cff(compiled, papers, authors, date).encode(),
        contents.BIBLIOGRAPHY: bibtex(compiled, papers, authors, int(date[:4]) if date else None).encode(),
    }
