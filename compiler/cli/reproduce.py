"""`heldout reproduce`: run an archived study again, and compare what comes out."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from heldout.compiler.archive import contents
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.recompile import recompile
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.cli.reproduce_answers import Compared, ask, say_compared, say_price
from heldout.compiler.cli.reproduce_run import Again, Engine, report_again, run_again, runtime_or_stop
from heldout.compiler.cli.runtime_call import call_runtime
from heldout.compiler.cli.verify import ArchiveFile, opened_or_stop, refuse
from heldout.compiler.diagnostics import nearest
from heldout.compiler.files import write_if_changed
from heldout.compiler.profiles.profile import Containers
from heldout.compiler.reproduce.archived import archived_plan, archived_tasks, timings_of_archive
from heldout.compiler.reproduce.comparison import Row, cells_to_compare, other_environment, verdicts_beside
from heldout.compiler.reproduce.folder import Folder, OtherFolder
from heldout.compiler.reproduce.price import price_of
from heldout.compiler.reproduce.selection import UnknownClaim, planned_cells, restricted, select
from heldout.compiler.run.exclusive import only_one
from heldout.compiler.run.workspace import Json
from heldout.compiler.store.index import stored_records, stored_tasks
from heldout.compiler.terminal import FAILED, INVALID, counted, print_json, say, stop


@dataclass(frozen=True)
class Wishes:
    """What the command line says."""

    file: Path
    claim: str | None
    cells: int | None
    seed: int
    engine: Engine
    tolerance: float
    kept: bool
    yes: bool


def register(application: typer.Typer) -> None:
    application.command()(reproduce)


def reproduce(
    file: ArchiveFile,
    claim: Annotated[
        str | None, typer.Option(help="Only what is behind this claim of the study.", show_default=False)
    ] = None,
    cells: Annotated[
        int | None,
        typer.Option(
            min=1, help="Only so many cells, drawn at random, and what is behind them.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draw of cells.")] = 0,
    containers: Annotated[
        Containers, typer.Option(help="Run the jobs in the archived image, with this engine.")
    ] = "none",
    tolerance: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="|x - y| <= T max(1, |x|, |y|) agrees, also where a stage asks for less."
        ),
    ] = 0.0,
    trust_operators: Annotated[
        bool,
        typer.Option("--trust-operators", help="Run the archive's operator files and image: programs."),
    ] = False,
    cores: Annotated[
        int | None,
        typer.Option("--cores", "-c", min=1, help="Cores of this machine to use; without it all of them."),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(help="Keep all files in this folder; what was begun there goes on.", show_default=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Begin without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Run an archive again, and compare it cell by cell.

    Everything is computed anew, in a store of its own. Exit code 0 where all cells and verdicts
    agree, 1 where one does not, 2 where the archive is refused, 3 where an engine is missing.

    Examples:

    \b
      heldout reproduce my-study.zip
      heldout reproduce my-study.zip --claim alignment-helps --keep again
      heldout reproduce my-study.zip --cells 10 --containers apptainer
    """
    engine = Engine(containers, trust_operators, cores)
    runtime_or_stop(engine)
    wishes = Wishes(file, claim, cells, seed, engine, tolerance, keep is not None, yes or as_json)
    with opened_or_stop(file, trust_operators) as archive, _folder(keep, archive, wishes) as folder:
        with only_one(folder.root) as lock:
            try:
                compared = _reproduce(archive, folder, lock, wishes)
            except ArchiveRefused as refused:
                refuse(file, refused)
        if as_json:
            print_json(compared.json())
        else:
            say_compared(compared)
            if wishes.kept:
                say(f"all cells: {folder.root / 'cells.csv'}")
    raise typer.Exit(0 if compared.agrees else FAILED)


@contextmanager
def _folder(keep: Path | None, archive: Archive, wishes: Wishes) -> Iterator[Folder]:
    """The folder to work in: the one to keep, else one that goes away."""
    manifest = archive.read(contents.MANIFEST, archive.size(contents.MANIFEST))
    about = {
        "manifest": hashlib.sha256(manifest).hexdigest(),
        "claim": wishes.claim,
        "cells": wishes.cells,
        "seed": wishes.seed if wishes.cells is not None else None,
        "containers": wishes.engine.containers,
    }
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="heldout-") as root:
            yield Folder(Path(root).resolve())
        return
    folder = Folder(keep)
    try:
        begun = folder.claim_for(about)
    except OtherFolder as error:
        stop(str(error), INVALID, "name another folder, or one that does not exist")
    if begun:
        say(f"{keep}: going on with what was begun there")
    try:
        yield folder
    except BaseException:
        if not begun and not folder.store.exists():  # refused before anything ran
            shutil.rmtree(keep, ignore_errors=True)
        raise


def _reproduce(archive: Archive, folder: Folder, lock: int, wishes: Wishes) -> Compared:
    archive.check()
    folder.unpack(archive, image=wishes.engine.containers != "none")
    recompiled = recompile(archive, folder.archived, folder.whole, folder.whole_store)
    whole, tasks, plan = recompiled.compiled, archived_tasks(folder.archived), archived_plan(folder.archived)
    try:
        chosen = select(whole, wishes.claim, wishes.cells, wishes.seed)
    except UnknownClaim:
        hint = nearest(wishes.claim, [one.name for one in whole.claims])
        stop(f"the study makes no claim `{wishes.claim}`", INVALID, hint)
    compiled = restricted(whole, chosen.tasks, timings_of_archive(tasks))
    cells = list(planned_cells(compiled))
    moved = len({task for each in plan.tasks.values() for task in each} ^ chosen.everything)
    if moved:
        say(f"{counted(moved, 'task')} of the archived plan or of its spec's are not in the other", "red")
    again = Again(archive, folder, compiled, recompiled, lock)
    pins = again.ready(wishes.engine)
    say_price(price_of(compiled, whole, cells, tasks), len(chosen.tasks & stored_tasks(folder.store)))
    if not wishes.yes:
        ask(wishes.kept)
    run_again(again, pins, wishes.engine)
    asked = cells_to_compare(compiled, cells, plan, tasks, folder.store, wishes.tolerance)
    # Kinds of artifact of the archive's own are compared where its operators run.
    own = compiled.operator_files if wishes.engine.containers == "none" else ()
    rows = _agreement(folder, asked, own)
    folder.combine(chosen.tasks)
    report_again(again, pins, wishes.engine)
    return Compared(
        file=wishes.file,
        folder=folder.root if wishes.kept else None,
        tasks=len(chosen.tasks),
        of=len(chosen.everything),
        drawn=len(chosen.drawn) if wishes.cells is not None else None,
        moved=moved,
        rows=tuple(rows),
        verdicts=verdicts_beside(folder.archived, folder.whole / contents.REPORT, wishes.claim),
        environment=tuple(
            other_environment(
                (tasks[task].environment for task in chosen.tasks & tasks.keys()),
                (record.get("environment", {}) for record in stored_records(folder.store)),
            )
        ),
    )


def _agreement(folder: Folder, cells: list[dict[str, Any]], operator_files: Sequence[str]) -> list[Row]:
    """How the cells stand, by the runtime; all of them are in cells.csv and cells.parquet too."""
    asked = folder.root / "asked.json"
    write_if_changed(asked, json.dumps(cells) + "\n")
    options = ["--cells", asked, "--kept", folder.archived / contents.STORE, "--store", folder.store]
    for name in operator_files:
        options += ["--operators", folder.workflow / "operators" / Path(name).name]
    if call_runtime("agreement", *options, "--done", folder.workflow / "done", "--out", folder.root) != 0:
        stop("the results could not be compared", FAILED)
    return list(json.loads((folder.root / "cells.json").read_bytes()))
