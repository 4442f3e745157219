"""How the entries of a ledger stand to the spec that they are beside."""

import sys
from collections.abc import Iterator
from pathlib import Path

from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import CheckedStudy, find_mistakes
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.ledger.basis import basis_of
from heldout.compiler.ledger.entry import Basis
from heldout.compiler.ledger.reader import read_ledger
from heldout.compiler.ledger.standing import Standing, standing
from heldout.compiler.run.operator_files import catalog_with
from heldout.compiler.run.source import Source
from heldout.compiler.syntax.study import AS_IT_STANDS


def standings(
    spec: Path, scale: str | None = None, catalog: Catalog | None = None
) -> Iterator[tuple[str | None, Standing]]:
    """How the entries of a spec's ledger stand, or that of one scale. Without a ledger one is absent at None.

    Args:
        spec: the file.
        scale: the only one to look at.
        catalog: of operators and components, with versions of libraries; None: with those installed here.

    Raises:
        Refusal: the spec or its ledger cannot be read, or the spec has mistakes.
    """
    source, ledger = Source.read(spec), read_ledger(spec)
    entries = ledger.scales if ledger is not None else {}
    if not entries and scale is None:
        yield None, Standing("absent")
    for at in entries if scale is None else [scale]:
        entry = entries.get(at)
        if entry is not None and at not in (AS_IT_STANDS, *source.scales):  # it had this scale once
            yield at, Standing("stale", stages=tuple(entry.rests_on.stages))
        else:
            yield at, standing(entry, present_basis(source, None if at == AS_IT_STANDS else at, catalog))


def present_basis(source: Source, scale: str | None, catalog: Catalog | None = None) -> Basis:
    """What the results of a spec would rest on now.

    Raises:
        Refusal: as `standings`.
    """
    checked = _checked(source, scale, catalog)
    assert checked.expansions is not None
    return basis_of(checked.scope, checked.expansions)


def _checked(source: Source, scale: str | None, catalog: Catalog | None) -> CheckedStudy:
    if catalog is None:
        return source.check(scale, sys.maxsize)
    study = source.study(scale)
    found: list[Diagnostic] = []
    if study.operators:
        catalog, found = catalog_with(catalog, study.operators, source.path)
    checked, wrong = (None, found) if found else find_mistakes(study, catalog)
    if checked is None:
        raise source.mistakes(wrong)
    return checked
