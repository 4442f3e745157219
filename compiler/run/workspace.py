"""Where a study's files are, and how the commands come by a compiled study."""

import sys
from collections.abc import Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from heldout.compiler.catalog import Catalog, CatalogError, load_catalog
from heldout.compiler.compile import Compiled, compile_spec
from heldout.compiler.diagnostics import Diagnostic, draw
from heldout.compiler.images import Pins
from heldout.compiler.launch.launch import Launch
from heldout.compiler.lock import Lock, LockError, read_lock
from heldout.compiler.lower.emit import emit
from heldout.compiler.plan.cost import Timings, timings_of
from heldout.compiler.plan.packing import (
    Expansions,
    Packer,
    Packing,
    Target,
    pack,
    pack_by_hints,
    parse_packing,
)
from heldout.compiler.run.events import forget_lost
from heldout.compiler.run.file_times import set_right
from heldout.compiler.run.operator_files import catalog_with
from heldout.compiler.store.check import sound_tasks
from heldout.compiler.store.index import stored_records
from heldout.compiler.syntax.reader import read_study
from heldout.compiler.terminal import INVALID, MISSING, print_json, stop

Spec = Annotated[Path, typer.Argument(help="The study's spec, a YAML file.", show_default=False)]
Scale = Annotated[
    str | None, typer.Option("--scale", "-s", help="A scale of the study, such as smoke; none: as it stands.")
]
Results = Annotated[
    Path,
    typer.Option(
        envvar="HELDOUT_RESULTS", help="Where workflows and reports are written.", show_default=True
    ),
]
StorePath = Annotated[
    Path,
    typer.Option("--store", envvar="HELDOUT_STORE", help="The store of artifacts, shared by all studies."),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON for scripts to standard output.")]

RESULTS = Path("results")
STORE = Path(".heldout/store")


@dataclass(frozen=True)
class Workspace:
    """A compiled study and its folders."""

    compiled: Compiled
    folder: Path  # of the workflow
    store: Path
    lock: Lock | None

    @classmethod
    def open(
        cls,
        spec: Path,
        scale: str | None,
        results: Path,
        store: Path,
        as_json: bool = False,
        target: Target | None = None,
        repack: bool = False,
    ) -> "Workspace":
        """Compile a spec, or end with its diagnostics and exit code 2.

        Args:
            spec: the file.
            scale: of the study, or None: as it stands.
            results: where the workflow's folder is.
            store: of artifacts.
            as_json: diagnostics are for scripts.
            target: of jobs; by default what the workflow was written for.
            repack: learn from the store how long tasks take, also where the workflow was written before.
        """

        def packer(study: str, expansions: Expansions) -> Packing:
            kept = _packing_of(results / study / (scale or "full"))
            wanted = target or (kept.target if kept is not None else None)
            return pack(expansions, wanted, None if repack else kept, partial(stored_timings, store))

        compiled = compile_or_stop(spec, scale, as_json, packer)
        folder = results / compiled.study.name / (scale or "full")
        return cls(compiled, folder, store, _lock_of(spec, scale))

    def emit(self, pins: Pins, launch: Launch | None = None) -> None:
        """Write the study's workflow into its folder; jobs whose results are lost are to run again.

        Args:
            pins: what the names of images stand for.
            launch: how its jobs are started; None: as they were before.
        """
        pin = pins.get(self.compiled.study.image)
        emit(self.compiled, self.folder, self.store, self.lock, launch, pin)
        set_right(self.folder)
        forget_lost(self.compiled, self.folder, sound_tasks(self.compiled, self.store))


def _lock_of(spec: Path, scale: str | None) -> Lock | None:
    """The lock of a spec; ends with exit code 2 where its file is damaged."""
    try:
        return read_lock(spec, scale)
    except LockError as error:
        stop(str(error), INVALID, "restore the file, or remove it and lock the study anew")


def read_spec(spec: Path) -> bytes:
    """The bytes of a spec; ends with exit code 2 where there are none."""
    try:
        return spec.read_bytes()
    except FileNotFoundError:
        stop(f"there is no file {spec}", INVALID, _other_specs(spec.parent))
    except IsADirectoryError:
        stop(f"{spec} is a folder", INVALID, _other_specs(spec))
    except OSError as error:
        stop(f"{spec} cannot be read: {error.strerror}", INVALID)


def _other_specs(folder: Path) -> str:
    """A hint that names the specs of a folder."""
    known = sorted(path.as_posix() for path in folder.glob("*.y*ml"))[:6] if folder.is_dir() else []
    return f"there is {', '.join(known)}" if known else "`heldout new my-study.yaml` writes a first one"


def _packing_of(folder: Path) -> Packing | None:
    """The packing that a workflow was written with, where it was."""
    try:
        return parse_packing((folder / "plan" / "packing.json").read_bytes())
    except OSError:
        return None


def stored_timings(store: Path, operators: Set[str] | None = None) -> Timings:
    """What a store's tasks took."""
    return timings_of(stored_records(store, operators))


def compile_or_stop(
    spec: Path, scale: str | None, as_json: bool = False, packer: Packer = pack_by_hints
) -> Compiled:
    """Compile a spec at a scale; ends with its diagnostics and exit code 2 where it has mistakes."""
    data = read_spec(spec)
    compiled, found = compile_at(spec, data, scale, packer)
    if compiled is None:
        show(found, spec, data, as_json)
        raise typer.Exit(INVALID)
    return compiled


def compile_at(
    spec: Path, data: bytes, scale: str | None, packer: Packer = pack_by_hints
) -> tuple[Compiled | None, list[Diagnostic]]:
    """Compile the bytes of a spec at a scale; None with its mistakes where it has some."""
    catalog, found = catalog_for(spec, data, scale)
    return (None, found) if found else compile_spec(data, spec.as_posix(), scale, catalog, packer)


def show(found: list[Diagnostic], spec: Path, data: bytes, as_json: bool) -> None:
    """Diagnostics, drawn for people on standard error or as JSON on standard output."""
    if as_json:
        print_json([{"code": d.code, "message": d.message, "hint": d.hint, **vars(d.span)} for d in found])
        return
    text = data.decode("utf-8-sig", errors="replace")
    sys.stderr.write(draw(found, {spec.as_posix(): text}) + "\n")
    count = len(found)
    codes = sorted({d.code for d in found})
    more = f"`heldout explain {codes[0]}` says more" if codes else ""
    sys.stderr.write(f"\n{count} error{'s' if count != 1 else ''} in {spec}; {more}\n")


def catalog_for(spec: Path, data: bytes, scale: str | None) -> tuple[Catalog, list[Diagnostic]]:
    """The shipped catalog with the study's own operators, and the mistakes in the files of those."""
    try:
        catalog = load_catalog()
    except CatalogError as error:
        stop(str(error), MISSING)
    study, found = read_study(data, spec.as_posix(), scale)
    if study is None or found or not study.operators:
        return catalog, []
    return catalog_with(catalog, study.operators, spec)
