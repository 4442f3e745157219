"""`heldout reproduce`: run an archived study again, and compare what comes out."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.archive import contents
from heldout.compiler.archive.opened import opened
from heldout.compiler.archive.reader import Archive
from heldout.compiler.cli.image_progress import shown
from heldout.compiler.cli.options import ENGINES, ArchiveFile, Json, known_containers
from heldout.compiler.cli.progress import Display
from heldout.compiler.cli.reproduce_answers import ask, say_compared, say_price
from heldout.compiler.images.progress import Silent
from heldout.compiler.launch.registry import NONE, choices
from heldout.compiler.refusal import Refusal
from heldout.compiler.reproduce.again import Again, Conditions
from heldout.compiler.reproduce.compared import Compared
from heldout.compiler.reproduce.folder import Folder
from heldout.compiler.reproduce.reproduction import Reproduction, Wanted
from heldout.compiler.run.exclusive import holding
from heldout.compiler.terminal import FAILED, print_json, say
from heldout.compiler.words import counted

POSITION = 140


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
        str,
        typer.Option(
            metavar=ENGINES,
            callback=known_containers,
            autocompletion=choices,
            help="Run the jobs in the archived image, with this engine.",
        ),
    ] = NONE,
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STAGE=PATH",
            help="Where data that this stage reads lie here; may be given several times.",
            show_default=False,
        ),
    ] = None,
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
      heldout reproduce my-study.zip --data images=data/pacs
    """
    conditions = Conditions(containers, trust_operators, cores)
    # In a container the archive's own programs run there, and are not read here.
    run_operators = trust_operators and containers == NONE
    wanted = Wanted(claim, cells, seed, tolerance, run_operators, _given(data or []))
    conditions.require()
    with opened(file, trust_operators) as archive, _folder(keep, archive, conditions, wanted) as folder:
        with holding(folder.root) as lock:
            archive.check()
            folder.unpack(archive, image=containers != NONE)
            found = Reproduction.of(archive, folder, wanted)
            if found.moved:
                moved = counted(found.moved, "task")
                say(f"{moved} of the archived plan or of its spec's are not in the other", "red")
            with Display() as display:
                study = (found.compiled, found.recompiled)
                again = Again(archive, folder, *study, lock, conditions, display, found.data)
                compared = _compute(found, again, asks=not (yes or as_json), kept=keep is not None)
        if as_json:
            about = {
                "archive": file.as_posix(),
                "folder": folder.root.as_posix() if keep is not None else None,
            }
            print_json({**about, **compared.json()})
        else:
            say_compared(compared)
            if keep is not None:
                say(f"all cells: {folder.root / 'cells.csv'}")
    raise typer.Exit(0 if compared.agrees else FAILED)


def _given(data: list[str]) -> dict[str, list[Path]]:
    """What `--data` says, by stage."""
    found: dict[str, list[Path]] = {}
    for one in data:
        stage, equals, path = one.partition("=")
        if not (stage and equals and path):
            raise Refusal(f"--data {one} says of no stage where its data lie", "write --data STAGE=PATH")
        found.setdefault(stage, []).append(Path(path))
    return found


def _compute(found: Reproduction, again: Again, asks: bool, kept: bool) -> Compared:
    """Say what it costs, ask whether to begin, and compute it."""
    in_image = again.conditions.containers != NONE
    with shown() if in_image else nullcontext(Silent()) as progress:
        pins = again.find_image(progress)
    say_price(found.price, found.there)
    if asks:
        ask(kept)
    compared = found.compute(again, pins)
    if compared.log is not None:
        say(f"Snakemake did not end well: {compared.log} says why", "red")
    return compared


@contextmanager
def _folder(keep: Path | None, archive: Archive, conditions: Conditions, wanted: Wanted) -> Iterator[Folder]:
    """The folder to work in: the one to keep, else one that goes away."""
    manifest = archive.read(contents.MANIFEST, archive.size(contents.MANIFEST))
    about = {
        "manifest": hashlib.sha256(manifest).hexdigest(),
        "claim": wanted.claim,
        "cells": wanted.cells,
        "seed": wanted.seed if wanted.cells is not None else None,
        "containers": conditions.containers,
    }
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="heldout-") as root:
            yield Folder(Path(root).resolve())
        return
    folder = Folder(keep)
    begun = folder.claim_for(about)
    if begun:
        say(f"{keep}: going on with what was begun there")
    try:
        yield folder
    except BaseException:
        if not begun and not folder.store.exists():  # refused before anything ran
            shutil.rmtree(keep, ignore_errors=True)
        raise
