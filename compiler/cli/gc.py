"""`heldout gc`: what no study needs any more, and with --delete its removal."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from heldout.compiler.archive.environment import instant
from heldout.compiler.cli.options import Json, StorePath
from heldout.compiler.garbage.needed import needed_tasks
from heldout.compiler.garbage.survey import Kept, Survey, Unneeded, size_on_disk, survey
from heldout.compiler.garbage.sweep import sweep
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.specs import is_base
from heldout.compiler.run.workspace import STORE
from heldout.compiler.store.lock import alone
from heldout.compiler.terminal import FAILED, out, print_json, printable, say
from heldout.compiler.words import counted

SPECS = Path("specs")
DAY_SECONDS = 24 * 3600.0

POSITION = 160


def register(application: typer.Typer) -> None:
    application.command()(gc)


def gc(
    specs: Annotated[
        list[Path] | None,
        typer.Argument(help="The studies whose results stay; without any, all below specs/."),
    ] = None,
    scale: Annotated[
        list[str] | None,
        typer.Option("--scale", "-s", help="Keep the results of these scales; without any, of all."),
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Remove it. Without this nothing is.")] = False,
    older_than: Annotated[
        float | None,
        typer.Option(
            "--older-than", metavar="DAYS", min=0, help="Only what was finished so many days ago or more."
        ),
    ] = None,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Show results that no study needs any more, or remove them.

    A result is needed when it belongs to a cell of one of the studies, at one of their scales, with
    the operators that there are now. Whatever else shares the store is taken for garbage: name all
    of its studies. What cannot be read is never removed. Nothing is while a run or a job uses the store.

    Examples:

    \b
      heldout gc
      heldout gc specs/*.yaml my-study.yaml --older-than 30 --delete
    """
    if not store.is_dir():
        raise Refusal(f"there is no store {store}", "name it with --store")
    studies = specs or sorted(path for path in SPECS.rglob("*.y*ml") if not is_base(path.read_bytes()))
    if not studies:
        raise Refusal("there is no study below specs/", "name the specs whose results are to stay")
    needed = needed_tasks(studies, scale or [])
    before = None if older_than is None else time.time() - older_than * DAY_SECONDS
    if delete:
        found, left, freed = _delete(store, needed, before)
    else:
        found, left, freed = survey(store, needed, before), [], 0
    kept = [*found.kept, *left]
    if as_json:
        print_json(_json(found, kept, freed))
    else:
        _show(found, kept, freed if delete else None, len(studies))
    raise typer.Exit(FAILED if left else 0)


def _delete(store: Path, needed: set[str], before: float | None) -> tuple[Survey, list[Kept], int]:
    with alone(store):
        found, size = survey(store, needed, before), size_on_disk(store)
        left = sweep(store, found)
        return found, left, size - size_on_disk(store)


def _by_operator(unneeded: Sequence[Unneeded]) -> list[dict[str, Any]]:
    rows = []
    for operator in sorted({one.operator for one in unneeded}):
        own = [one for one in unneeded if one.operator == operator]
        times = [one.finished for one in own if one.finished is not None]
        rows.append(
            {
                "operator": operator,
                "tasks": len({one.task for one in own}),
                "bytes": sum(one.size for one in own),
                "first_finished": instant(min(times)) if times else None,
                "last_finished": instant(max(times)) if times else None,
            }
        )
    return rows


def _json(found: Survey, kept: Sequence[Kept], freed: int) -> dict[str, Any]:
    return {
        "needed": found.needed,
        "unneeded": _by_operator(found.unneeded),
        "too_young": found.young,
        "blobs": [path.as_posix() for path in found.blobs],
        "leftovers": [path.as_posix() for path in found.leftovers],
        "kept": [{"path": one.path.as_posix(), "why": one.why} for one in kept],
        "freed_bytes": freed,
    }


def _show(found: Survey, kept: Sequence[Kept], freed: int | None, studies: int) -> None:
    rows = _by_operator(found.unneeded)
    if rows:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("operator", "tasks", "MB", "finished first", "finished last"):
            table.add_column(title, justify="right" if title in ("tasks", "MB") else "left")
        for row in rows:
            numbers = (f"{row['tasks']:,}", f"{row['bytes'] / 1e6:,.2f}")
            table.add_row(
                printable(row["operator"]), *numbers, row["first_finished"] or "", row["last_finished"] or ""
            )
        out.print(table)
    for one in kept:
        say(f"kept {one.path}: {one.why}", "yellow")
    if found.leftovers:
        what = "leftover of unfinished work" if len(found.leftovers) == 1 else "leftovers of unfinished work"
        say(f"{len(found.leftovers):,} {what}")
    loose = sum(size_on_disk(path) for path in found.blobs) if freed is None else 0
    if found.blobs:
        say(f"{counted(len(found.blobs), 'blob')} that no result holds")
    if found.young:
        say(f"{counted(found.young, 'result')} that no study needs, too young to go")
    stay = "stays" if found.needed == 1 else "stay"
    say(f"{counted(found.needed, 'result')} of {counted(studies, 'spec')} {stay}")
    if freed is not None:
        say(f"{freed / 1e6:,.2f} MB freed")
    elif rows or found.leftovers or found.blobs:
        going = sum(row["bytes"] for row in rows) + loose
        say(f"{going / 1e6:,.2f} MB would go: --delete removes them")
