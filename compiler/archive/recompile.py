"""Compile an archive's own spec with its own catalog, neither of which is believed."""

import re
from dataclasses import dataclass
from pathlib import Path

from heldout.compiler.archive import contents
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.catalog import Catalog, CatalogError, load_catalog
from heldout.compiler.compile import Compiled, compile_spec
from heldout.compiler.diagnostics import draw
from heldout.compiler.lock import Lock, LockError, read_lock
from heldout.compiler.lower.emit import emit

# Names of operators and components reach the Snakefile, file names and module names.
_NAME = re.compile(r"[a-z][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?")
_MODULE = re.compile(r"(\w+/)*\w+\.py")
_PORT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Recompiled:
    """What the compiler makes of an archive's spec.

    Attributes:
        compiled: the study.
        lock: that lies beside the spec, where one does.
        workflow: a folder with the workflow as it is emitted now. Run this one, never the archive's
            own, which may say something else.
    """

    compiled: Compiled
    lock: Lock | None
    workflow: Path


def recompile(archive: Archive, extracted: Path, workflow: Path, store: Path) -> Recompiled:
    """Compile the spec of an archive, and emit its workflow.

    Args:
        archive: the archive.
        extracted: a folder with its spec, the files beside it and its catalog.
        workflow: where the workflow goes.
        store: that the workflow is to use.

    Raises:
        ArchiveRefused: the spec, the catalog or the lock has mistakes.
    """
    catalog = read_catalog(extracted / contents.CATALOG)
    spec = extracted / archive.index.spec
    data = spec.read_bytes()
    compiled, found = compile_spec(data, spec.as_posix(), archive.index.scale, catalog)
    if compiled is None:
        text = draw(found, {spec.as_posix(): data.decode("utf-8-sig", errors="replace")})
        raise ArchiveRefused("spec", f"its spec does not compile:\n{text}")
    if compiled.study.name != archive.index.study:
        text = f"its spec is of the study {compiled.study.name}, its index of {archive.index.study}"
        raise ArchiveRefused("spec", text)
    listed = {f"{contents.SPEC}/{name}" for name in compiled.code_files}
    if absent := sorted(listed - set(archive.names)):
        raise ArchiveRefused("missing-file", f"there is no {absent[0]!a}, which is code of the study")
    try:
        lock = read_lock(spec, archive.index.scale)
    except LockError as error:
        raise ArchiveRefused("wrong-format", f"the lock beside its spec cannot be read: {error}") from error
    emit(compiled, workflow, store, lock)
    return Recompiled(compiled, lock, workflow)


def read_catalog(path: Path) -> Catalog:
    """A catalog whose names are safe to be written into files and programs.

    Raises:
        ArchiveRefused: it is none, or a name in it is not one that the runtime would write.
    """
    try:
        catalog = load_catalog(path)
    except (CatalogError, RecursionError) as error:
        raise ArchiveRefused("wrong-format", f"its catalog cannot be read: {str(error)[:300]}") from error
    for module in (module for modules in catalog.neighbours for module in modules):
        if not _MODULE.fullmatch(module):
            raise ArchiveRefused("unsafe-name", f"its catalog names a module {module[:200]!a}")
    names = [*catalog.operators, *(f"{k}/{n}" for k, ns in catalog.components.items() for n in ns)]
    for name in names:
        if not _NAME.fullmatch(name):
            raise ArchiveRefused("unsafe-name", f"its catalog names an operator or component {name[:200]!a}")
    for operator in catalog.operators.values():
        for port in (*operator.ports, *operator.parameters, *operator.outputs):
            if not _PORT.fullmatch(port):
                raise ArchiveRefused("unsafe-name", f"its catalog names a port or parameter {port[:200]!a}")
    return catalog
