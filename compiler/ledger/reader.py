"""Reading a ledger, which may be a stranger's: bounded, and held to its shape."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from heldout.compiler.ledger.entry import Entry, Ledger, Table, ledger_path
from heldout.compiler.refusal import Refusal
from heldout.compiler.strict_json import MIB, NotTaken, read_strictly
from heldout.compiler.syntax.study import AS_IT_STANDS

LONGEST = 16 * MIB  # of a ledger: some hundred thousand cells of tables
_LEDGER = TypeAdapter(Ledger)


class LedgerError(Refusal):
    """A ledger is there and cannot be read."""

    def __init__(self, path: Path, what: str) -> None:
        hint = "restore the file, or remove it and let `heldout record` write it anew"
        super().__init__(f"{path} {what}", hint)


def read_ledger(spec: Path) -> Ledger | None:
    """The ledger beside a spec; None where there is none.

    Raises:
        LedgerError: the file is no ledger.
    """
    path = ledger_path(spec)
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerError(path, f"cannot be read: {error.strerror}") from error
    try:
        _refuse_other_version(read_strictly(data, LONGEST))
        ledger = _LEDGER.validate_json(data, strict=True)
        for name, entry in ledger.scales.items():
            _refuse_misfits(name, entry)
    except NotTaken as error:
        raise LedgerError(path, str(error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part)[:100] for part in first["loc"])
        raise LedgerError(path, f"is no ledger, at {where[:300]!a}: {first['msg'][:200]}") from error
    return ledger


def read_entry(spec: Path, scale: str | None) -> Entry | None:
    """The entry of a spec's ledger at a scale, None: as it stands; None where there is none.

    Raises:
        LedgerError: the file is no ledger.
    """
    ledger = read_ledger(spec)
    return None if ledger is None else ledger.scales.get(scale or AS_IT_STANDS)


def _refuse_other_version(value: Any) -> None:
    version = value.get("heldout") if isinstance(value, dict) else None
    if isinstance(version, int) and version > 1:
        raise NotTaken(f"is a ledger of version {version}, and this heldout reads version 1")


def _refuse_misfits(scale: str, entry: Entry) -> None:
    """Refuse what has the right types and could not have been written."""
    for part, named in (("verdicts", entry.verdicts), ("tables", entry.tables)):
        names = [one.id for one in named or ()]
        if len(set(names)) < len(names):
            raise NotTaken(f"is no ledger, at 'scales.{scale}.{part}': two have one `id`")
    for table in entry.tables or ():
        if fault := _fault(table):
            raise NotTaken(f"is no ledger, at 'scales.{scale}.tables.{table.id}': {fault}")


def _fault(table: Table) -> str:
    places = [cell.at for cell in table.cells]
    if table.columns is not None and table.columns != next(reversed(table.axes), None):
        return "`columns` is the last of the `axes`"
    if any(len(at) != len(table.axes) for at in places):
        return "a cell has a level on each of the `axes`"
    if any(None in (at if table.columns is None else at[:-1]) for at in places):
        return "only the last level of a cell may be null, for the average over `columns`"
    if not table.by_column.keys() <= {at[-1] for at in places if table.columns is not None}:
        return "`by_column` is of levels of `columns`"
    return "two cells are at the same levels" if len(set(places)) < len(places) else ""
