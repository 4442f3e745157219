"""Compile an archive's own spec, by what is known here of its operators and else by its own catalog."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from heldout.compiler.archive import contents
from heldout.compiler.archive.catalogs import in_words, judged, read_catalog
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.archive.spec_files import code_names
from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.compile import Compiled, compile_study
from heldout.compiler.diagnostics import Diagnostic, Mistakes, draw
from heldout.compiler.lock import Lock, LockError, read_lock
from heldout.compiler.lower.emit import emit
from heldout.compiler.plan.packing import Expansions, Packing, pack, parse_packing
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.operator_files import catalog_of
from heldout.compiler.run.source import Source
from heldout.compiler.syntax.study import Study
from heldout.compiler.syntax.texts import Texts


@dataclass(frozen=True)
class Recompiled:
    """What the compiler makes of an archive's spec.

    Attributes:
        compiled: the study.
        lock: that lies beside the spec, where one does.
        workflow: a folder with the workflow as it is emitted now. Run this one, never the archive's
            own, which may say something else.
        here: the catalog of this installation, with the archive's own operators where these were read.
        different: operators and components of which the archive's catalog says what they are not; the
            study is compiled with what they are.
        unknown: those that the study uses of which nothing is known here: what they take, give and hold is
            the archive's own word.
    """

    compiled: Compiled
    lock: Lock | None
    workflow: Path
    here: Catalog
    different: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def recompile(
    archive: Archive, extracted: Path, workflow: Path, store: Path, run_operators: bool = False
) -> Recompiled:
    """Compile the spec of an archive, and emit its workflow.

    Args:
        archive: the archive.
        extracted: a folder with its spec, the files beside it, its catalog and its packing.
        workflow: where the workflow goes.
        store: that the workflow is to use.
        run_operators: let the runtime read the archive's own operator files, which runs them.

    Raises:
        ArchiveRefused: the spec, the catalog or the lock has mistakes.
    """
    try:
        return _recompile(archive, extracted, workflow, store, run_operators)
    except (Refusal, OSError):
        raise
    except Exception as error:  # whatever a catalog or a spec of nobody's writing brings about
        text = f"its spec cannot be compiled with its catalog: {type(error).__name__}: {str(error)[:200]}"
        raise ArchiveRefused("wrong-format", text) from error


def _recompile(
    archive: Archive, extracted: Path, workflow: Path, store: Path, run_operators: bool
) -> Recompiled:
    spec = extracted / archive.index.spec
    source = Source.read(spec)
    try:
        study = source.study(archive.index.scale)
    except Mistakes as wrong:
        raise _mistakes(wrong.found, source.texts) from wrong
    if study.name != archive.index.study:
        text = f"its spec is of the study {study.name}, its index of {archive.index.study}"
        raise ArchiveRefused("spec", text)
    here = _known_here(study, source, run_operators)
    catalog = judged(read_catalog(extracted / contents.CATALOG), here)
    packing = extracted / contents.PACKING
    packer = partial(_packed_as, parse_packing(packing.read_bytes()) if packing.is_file() else None)
    compiled, found = compile_study(study, source.texts, catalog.catalog, packer)
    if compiled is None:
        raise _mistakes(found, source.texts, catalog.different)
    listed = code_names(compiled.code_files, archive.index.spec)
    if absent := sorted(listed - set(archive.names)):
        raise ArchiveRefused("missing-file", f"there is no {absent[0]!a}, which is code of the study")
    try:
        lock = read_lock(spec, archive.index.scale)
    except LockError as error:
        raise ArchiveRefused("wrong-format", f"the lock beside its spec cannot be read: {error}") from error
    emit(compiled, workflow, store, lock)
    unknown = catalog.unknown({**compiled.uses.of_tasks, **compiled.uses.claims})
    return Recompiled(compiled, lock, workflow, here, catalog.different, unknown)


def _packed_as(kept: Packing | None, _: str, expansions: Expansions) -> Packing:
    """The packing that a workflow was written with: how much each job does is no part of what is computed."""
    return pack(expansions, kept=kept)


def _known_here(study: Study, source: Source, run_operators: bool) -> Catalog:
    here = load_catalog()
    if not (study.operators and run_operators):
        return here
    catalog, found = catalog_of(here, study.operators, source.path)
    if found:
        raise _mistakes(found, source.texts)
    return catalog


def _mistakes(found: Sequence[Diagnostic], texts: Texts, different: Sequence[str] = ()) -> ArchiveRefused:
    text = draw(found, texts.decoded)
    by = f" with {in_words(different)} as they are, and not as its catalog has them" if different else ""
    return ArchiveRefused("spec", f"its spec does not compile{by}:\n{text}")
