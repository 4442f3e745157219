"""Where a study's files are, and how the commands come by a compiled study."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from compiler.catalog import Catalog, CatalogError, load_catalog
from compiler.cli.terminal import INVALID, MISSING, print_json, stop
from compiler.compile import Compiled, compile_spec
from compiler.diagnostics import Diagnostic, Span, draw
from compiler.lock import Lock, LockError, read_lock
from compiler.lower.emit import emit
from compiler.lower.files import write_if_changed
from compiler.syntax.reader import read_study

Spec = Annotated[Path, typer.Argument(help="The study's spec, a YAML file.", show_default=False)]
Scale = Annotated[
    str | None, typer.Option("--scale", "-s", help="A scale of the study: smoke, small, paper, …")
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
        cls, spec: Path, scale: str | None, results: Path, store: Path, as_json: bool = False
    ) -> "Workspace":
        """Compile a spec, or end with its diagnostics and exit code 2."""
        compiled = compile_or_stop(spec, scale, as_json)
        folder = results / compiled.study.name / (scale or "full")
        return cls(compiled, folder, store, _lock_of(spec, scale))

    def emit(self) -> None:
        """Write the study's workflow into its folder."""
        emit(self.compiled, self.folder, self.store, self.lock)


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
    except IsADirectoryError:
        stop(f"{spec} is a folder", INVALID, "name the YAML file of a study")
    except OSError as error:
        stop(f"{spec} cannot be read: {error.strerror}", INVALID)


def compile_or_stop(spec: Path, scale: str | None, as_json: bool = False) -> Compiled:
    """Compile a spec at a scale; ends with its diagnostics and exit code 2 where it has mistakes."""
    data = read_spec(spec)
    compiled, found = compile_spec(data, spec.as_posix(), scale, catalog_for(spec, data, scale))
    if compiled is None:
        show(found, spec, data, as_json)
        raise typer.Exit(INVALID)
    return compiled


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


def catalog_for(spec: Path, data: bytes, scale: str | None) -> Catalog:
    """The shipped catalog, with the study's own operators where it names files of them."""
    try:
        catalog = load_catalog()
    except CatalogError as error:
        stop(str(error), MISSING)
    study, _ = read_study(data, spec.as_posix(), scale)
    if study is None or not study.operators:
        return catalog
    files = []
    for name, span in study.operators:
        path = spec.parent / name
        if not path.is_file() or path.resolve() != (spec.parent.resolve() / name):
            _missing_operators(name, span, spec, data)
        files.append(path)
    return _with_operators(catalog, files)


def _missing_operators(name: str, span: Span, spec: Path, data: bytes) -> None:
    hint = "write the path of a Python file, relative to the spec's folder and no link"
    show([Diagnostic("missing-file", f"there is no file `{name}`", span, hint)], spec, data, as_json=False)
    raise typer.Exit(INVALID)


def _with_operators(catalog: Catalog, files: list[Path]) -> Catalog:
    """The catalog with operators of the user's files, which the runtime reads once for each content."""
    content = hashlib.sha256(catalog.digest.encode())
    for path in files:
        content.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    cached = Path(".heldout/catalogs") / f"{content.hexdigest()}.json"
    if not cached.is_file():
        command = [sys.executable, "-m", "runtime", "catalog"]
        for path in files:
            command += ["--operators", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=runtime_environment())
        if done.returncode != 0:
            last = done.stderr.strip().splitlines()[-1:] or ["no message"]
            stop(f"the operators of {', '.join(map(str, files))} cannot be read: {last[0]}", INVALID)
        write_if_changed(cached, done.stdout)
    return load_catalog(cached)


def runtime_environment() -> dict[str, str]:
    """The environment of jobs: this Python's programs come first on the path."""
    programs = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": programs + os.pathsep + os.environ.get("PATH", "")}
