"""Which code has changed, where a task is computed again since its operator or a component is another."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from heldout.compiler.run.runtime import ask_runtime
from heldout.compiler.store.definitions import kept_definitions
from heldout.compiler.tasks.reuse import Difference, Reuse

_STATEMENT = re.compile(r"line \d+ of (.+)")


def changed_code(found: Reuse, store: Path, operator_files: Iterable[Path] = ()) -> dict[str, list[str]]:
    """By operator or component that is another one than in the nearest task: what of its code has changed.

    Args:
        found: a task beside the nearest one in the store.
        store: its folder, where it is kept what a digest was of.
        operator_files: the user's.

    Returns:
        by name, such as `descend in training/descent.py has changed`; without those of which it is not known.
    """
    before: dict[str, Mapping[str, str]] = {}
    for one in found.differences:
        name = code_of(found, one)
        if name is not None and one.wanted is not None and one.stored is not None:
            kept = kept_definitions(store, one.stored)
            before |= {name: kept} if kept is not None else {}
    if not before:
        return {}
    files = [word for path in operator_files for word in ("--operators", path)]
    said = ask_runtime("definitions", *before, *files)
    if said.returncode != 0:
        return {}
    after = json.loads(said.stdout)
    return {name: what_changed(before[name], after[name]) for name in before}


def code_of(found: Reuse, difference: Difference) -> str | None:
    """The operator or component whose code a difference is of; None: it is of something else."""
    if difference.field == "digest":
        return found.operator
    kind, _, name = difference.field.partition(".")
    return name if kind == "components" else None


def what_changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What differs between the code that two digests are of, in words. What only moved does not."""
    gone = {_place(name) for name, shape in before.items() if _is_other(name, shape, after)}
    new = {_place(name) for name, shape in after.items() if _is_other(name, shape, before)}
    words = {f"{name} has changed" for name in gone & new}
    words |= {f"{name} is reached no more" for name in gone - new}
    return sorted(words | {f"{name} is new" for name in new - gone})


def _is_other(name: str, shape: str, others: Mapping[str, str]) -> bool:
    """Whether a definition has no equal among others, by its name or else under another one."""
    return others[name] != shape if name in others else shape not in others.values()


def _place(name: str) -> str:
    """A definition as people find it; a statement's line may have moved, and its file is enough."""
    statement = _STATEMENT.fullmatch(name)
    return f"what {statement[1]} does when it is imported" if statement else name
