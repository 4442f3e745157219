"""Checks of an archive's numbers: tables from records, the report from tables, the page from the report."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from heldout.compiler.archive import contents
from heldout.compiler.archive.documents import read_json
from heldout.compiler.archive.findings import Finding, differs, holds, unchecked
from heldout.compiler.archive.refused import ArchiveRefused

_SHOWN = 5
_SCRIPT, _END = '<script type="application/json"', "</script>"
_ONLY_IN_PAGE = "interval"  # a column that the page has for its tooltips


def check_tables(found: dict[str, Any]) -> Iterator[Finding]:
    """The tables of single tasks follow from the per-example records and from one another.

    Args:
        found: what `python -m heldout.runtime recompute` wrote.
    """
    for one in found["different"][:_SHOWN]:
        where = ", ".join(f"{axis} {level}" for axis, level in one["coordinates"].items())
        size, error = one["difference"], one.get("error")
        by = "in other ways than by its values" if size is None else f"by up to {size:g}"
        text = f"cannot be computed again: {error}" if error else f"computed again, differs {by}"
        yield differs("tables", f"{one['stage']}{'.' if one['port'] else ''}{one['port']} ({where}) {text}")
    if len(found["different"]) > _SHOWN:
        yield differs("tables", f"and {len(found['different']) - _SHOWN:,} more")
    total = sum(found["identical"].values())
    if total:
        names = ", ".join(f"{name} ({count:,})" for name, count in sorted(found["identical"].items()))
        yield holds("tables", f"{total:,} outputs, computed again, have the same bytes: {names}")
    for name, count in sorted(found["left"].items()):
        yield unchecked("tables", f"not computed again: {name} ({count:,} outputs)")


def check_report(archived: Path, made: Path) -> Iterator[Finding]:
    """The report is the one that the archived results give.

    Args:
        archived: the folder of the archived report.
        made: the folder of the report that was made from the archived store.
    """
    then, now = _below(archived), _below(made)
    other = sorted(
        name for name in then & now if (archived / name).read_bytes() != (made / name).read_bytes()
    )
    for name in other:
        yield differs("report", f"{name}{_first_difference(archived / name, made / name)}")
    for name in sorted(then ^ now):
        yield differs(
            "report", f"{name} {'does not follow from the results' if name in then else 'is missing'}"
        )
    if not other and not then ^ now:
        yield holds(
            "report", f"made again from the archived results, its {len(now):,} files have the same bytes"
        )


def _below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _first_difference(archived: Path, made: Path) -> str:
    """Where two texts differ first; nothing for files that are no text."""
    if archived.suffix not in (".csv", ".json", ".tex"):
        return ": made again, it has other bytes"
    pairs = itertools.zip_longest(_lines(archived), _lines(made), fillvalue="")
    number, (a, b) = next((n, pair) for n, pair in enumerate(pairs, start=1) if pair[0] != pair[1])
    return f", line {number}: {a[:120]!r} in the archive, {b[:120]!r} when made again"


def _lines(path: Path) -> list[str]:
    # Also the ends of lines, so that files of other bytes have another line somewhere.
    return path.read_bytes().decode("utf-8", errors="backslashreplace").splitlines(keepends=True)


def check_page(report: Path) -> Iterator[Finding]:
    """The page's data and verdicts are those of the files beside it, whichever version made it."""
    if not (report / "index.html").is_file():
        yield unchecked("page", "there is no page in the archive")
        return
    page = (report / "index.html").read_text(errors="replace")
    shown = {_fingerprint(dataset) for text in _scripts(page) for dataset in _datasets(text)}
    unmatched, rows = [], 0
    for path in sorted((report / "figures").glob("*.vl.json")):
        for dataset in _datasets(path.read_text(errors="replace")):
            rows += len(dataset)
            if shown and _fingerprint(dataset) not in shown:
                unmatched.append(path.name)
    for name in dict.fromkeys(unmatched):
        yield differs("page", f"the data that the page holds are not those of figures/{name}")
    if not shown:
        yield unchecked("page", "the page holds no data of figures")
    elif not unmatched:
        yield holds("page", f"the {rows:,} rows of data in the page are those of its figures' files")
    said, judged = _claims(report / "study.json"), _claims(report / "verdicts.json")
    if said is None or said != judged:
        yield differs("page", "study.json and verdicts.json do not say the same of the claims")
    else:
        yield holds("page", f"study.json and verdicts.json say the same of {len(said)} claims")


def _claims(path: Path) -> list[tuple[str, str, str]] | None:
    """What a file says of every claim; None where it says nothing."""
    try:
        found = read_json(f"{contents.REPORT}/{path.name}", path.read_bytes())
        listed = found["claims"] if isinstance(found, dict) else found
        return [(claim["id"], claim["says"], claim["verdict"]) for claim in listed]
    except (OSError, ArchiveRefused, KeyError, TypeError):
        return None


def _scripts(page: str) -> Iterator[str]:
    """The JSON that stands in a page, found in one pass."""
    at = page.find(_SCRIPT)
    while at >= 0:
        begin = page.find(">", at)
        end = page.find(_END, begin)
        if begin < 0 or end < 0:
            return
        yield page[begin + 1 : end]
        at = page.find(_SCRIPT, end)


def _datasets(text: str) -> Iterator[list[dict[str, Any]]]:
    """The rows of every dataset that a Vega-Lite specification names."""
    try:
        found = read_json("a figure", text.encode(errors="replace"))
        datasets = found["datasets"].values() if isinstance(found, dict) else ()
        yield from (
            rows for rows in datasets if isinstance(rows, list) and all(type(r) is dict for r in rows)
        )
    except (ArchiveRefused, KeyError, AttributeError):
        return


def _fingerprint(rows: list[dict[str, Any]]) -> str:
    """A hash of what the page and a figure's file both have of some rows."""
    kept = [{key: value for key, value in row.items() if key != _ONLY_IN_PAGE} for row in rows]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
