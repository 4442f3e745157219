"""The lock: what a study said and rested on when it was locked, in a file beside the spec."""

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from heldout.compiler import LANGUAGE
from heldout.compiler.analysis.claims import ResolvedClaim
from heldout.compiler.analysis.passed_rows import PINS
from heldout.compiler.compile import Compiled
from heldout.compiler.images import Pins, load_images, requirements_digest
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.refusal import Refusal

# An entry for each operator and component that a study uses: `operator train/classifier`.
OPERATOR, COMPONENT = "operator ", "component "

# One for each base that it includes: `include ../bases/tiny-gpt.yaml`.
INCLUDE = "include "

# One for each file of levels that it names: `levels cameras.csv`.
LEVELS = "levels "

# What locks held in their place before: the digest of the whole catalog, and of all that an image is
# built from, every file of the runtime among it.
WHOLE_CATALOG, WHOLE_RECIPE = "catalog", "recipe"


class LockError(Refusal):
    """A lock file is there and cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "restore the file, or remove it and lock the study anew")


@dataclass(frozen=True)
class Lock:
    """One scale of a lock file.

    Attributes:
        entries: what must not move, by name: the language, the spec, its bases and files of levels, the
            operators and components that it uses, what the image is made of and, once one was built or
            pulled, the image, and every hub revision and data checksum.
        claims: by claim its hash, and how many of the results that it is about existed when that
            hash was locked.
    """

    entries: Mapping[str, str]
    claims: Mapping[str, Mapping[str, Any]]


def lock_path(spec: Path) -> Path:
    """Where the lock of a spec is: `study.lock.json` beside `study.yaml`."""
    return spec.with_suffix(".lock.json")


def read_lock(spec: Path, scale: str | None) -> Lock | None:
    """The lock of a spec at a scale; None where it was never locked.

    Raises:
        LockError: the file is no lock.
    """
    content = _content(lock_path(spec)).get(scale or "full")
    if content is None:
        return None
    try:
        return Lock(dict(content["entries"]), {k: dict(v) for k, v in content["claims"].items()})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LockError(f"{lock_path(spec)} is no lock: {error}") from error


def lock_text(spec: Path, scale: str | None, lock: Lock) -> str:
    """The lock file with this lock in it, those of other scales as they are."""
    scales = _content(lock_path(spec)) | {scale or "full": {"entries": lock.entries, "claims": lock.claims}}
    return json.dumps({"heldout": 1, "scales": scales}, indent=1, sort_keys=True) + "\n"


def _content(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_bytes())["scales"])
    except FileNotFoundError:
        return {}
    except (KeyError, TypeError, ValueError, OSError, RecursionError) as error:
        raise LockError(f"{path} is no lock: {error}") from error


def entries(compiled: Compiled, pins: Pins) -> dict[str, str]:
    """What a study rests on now, by the names of lock entries.

    Args:
        compiled: the study.
        pins: what the names of images stand for.
    """
    image = compiled.study.image
    found = {
        "language": str(LANGUAGE),
        "spec": compiled.texts.spec.sha256,
        **{f"{INCLUDE}{text.path}": text.sha256 for text in compiled.texts.bases},
        **{f"{LEVELS}{text.path}": text.sha256 for text in compiled.texts.levels},
        "base": load_images()[image].base.reference,
        "requirements": requirements_digest(image),
    }
    built = pins.get(image)
    if built is not None:
        found["image"] = built.digest or built.image_id  # by which others can pull it, once it was pushed
    for name, expansion in compiled.expansions.items():
        for pin in set(PINS) & expansion.operator.parameters.keys():
            values = {str(json.loads(expansion.text(cell).parameters)[pin]) for cell, _ in expansion.cells()}
            found[f"{name}.{pin}"] = ", ".join(sorted(values))
    used = compiled.uses
    found |= {f"{OPERATOR}{name}": digest for name, digest in used.operators.items()}
    found |= {f"{COMPONENT}{name}": digest for name, digest in {**used.components, **used.claims}.items()}
    return found


def entries_like(locked: Mapping[str, str], compiled: Compiled, pins: Pins) -> dict[str, str]:
    """What a study rests on now, by the entries that a lock has.

    A lock of the whole catalog holds as long as that digest does: then no operator has changed. Where it
    has moved, nobody can tell from the lock whether an operator of the study has.

    Args:
        locked: entries of the lock.
        compiled: the study.
        pins: what the names of images stand for.
    """
    now = entries(compiled, pins)
    if not is_of_whole_catalog(locked):
        return now
    kept = {n: v for n, v in now.items() if n != "base" and not n.startswith((OPERATOR, COMPONENT))}
    return kept | {WHOLE_CATALOG: compiled.catalog.digest}


def is_of_whole_catalog(locked: Mapping[str, str]) -> bool:
    """Whether entries are of a lock from before locks held single operators."""
    return WHOLE_CATALOG in locked


def make_lock(compiled: Compiled, pins: Pins, old: Lock | None, stored: Set[str]) -> Lock:
    """The lock of a study as it is now.

    A claim that the old lock has unchanged keeps its entry; any other is entered with the number
    of results that it could already have been read from. Where results are added to a claim after some
    of them came out, such as those of more seeds, its entry says how many there were to be each time.

    Args:
        compiled: the study.
        pins: what the names of images stand for.
        old: its lock so far.
        stored: the tasks that the store has.
    """
    claims = {}
    for claim in compiled.claims:
        digest = claim_digest(claim)
        before = old.claims.get(claim.name) if old is not None else None
        if before is not None and before.get("sha256") == digest:
            claims[claim.name] = _grown(before, _planned(compiled, claim), _tasks(compiled, claim), stored)
            continue
        was, tasks = "added" if before is None else "changed", _tasks(compiled, claim)
        claims[claim.name] = {
            "sha256": digest,
            "results": len(tasks & stored),
            "was": was,
            "planned": _planned(compiled, claim),
        }
    return Lock(entries(compiled, pins), claims)


def claim_digest(claim: ResolvedClaim) -> str:
    """The hash of what a claim says and how it is tested, defaults included."""
    content: dict[str, Any] = {
        "kind": claim.kind,
        "says": claim.says,
        "parameters": dict(claim.parameters),
    }
    if claim.looks is not None:
        looks = claim.looks
        content["looks"] = {"axis": looks.axis.value, "at": list(looks.at), "spending": looks.spending}
    if claim.parts:
        content[claim.kind] = [{"kind": one.kind, "parameters": dict(one.parameters)} for one in claim.parts]
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _stages(claim: ResolvedClaim) -> set[str]:
    """The stages that a claim reads."""
    values = [value for test in claim.tests for value in test.parameters.values()]
    return {v["stage"] for v in values if isinstance(v, dict) and "stage" in v}


def _tasks(compiled: Compiled, claim: ResolvedClaim) -> frozenset[str]:
    """The tasks of the stages that a claim reads."""
    return frozenset(task for name in _stages(claim) for _, task in compiled.expansions[name].cells())


def _planned(compiled: Compiled, claim: ResolvedClaim) -> int:
    """How many results a claim is to have: at its first look, where it is read at several.

    Levels that are added for a later look were planned, and leave this number as it is; any others do not.
    """
    tasks = _tasks(compiled, claim)
    if claim.looks is None:
        return len(tasks)
    axis, first = str(claim.looks.axis.value), range(claim.looks.at[0])
    found: set[str] = set()
    for name in _stages(claim):
        expansion = compiled.expansions[name]
        kept = {axis: first} if axis in expansion.grid.axes else {}
        found |= set(expansion.names(tuple(expansion.existing(kept))))
    return len(found)


def _grown(before: Mapping[str, Any], now: int, tasks: Set[str], stored: Set[str]) -> dict[str, Any]:
    """The entry of a claim that says what it said, now that it is to have so many results, of these tasks."""
    planned = before.get("planned")
    if planned == now:
        return dict(before)
    entry = {**before, "planned": now}
    if isinstance(planned, int) and now > planned and tasks & stored:
        entry["grew"] = [*(before.get("grew") or [planned]), now]
    return entry


def drift(
    compiled: Compiled, lock: Lock, pins: Pins, in_containers: bool = True
) -> dict[str, tuple[str | None, str | None]]:
    """The entries that moved since a study was locked: what the lock has, and what holds now.

    What an edit of the spec, or of a file that it names, takes in or leaves out is part of that edit. An
    image that was built after a study was locked is no drift; one that was locked and is not there is, where
    jobs would run in it.

    Args:
        compiled: the study.
        lock: of it.
        pins: what the names of images stand for.
        in_containers: whether jobs run in the image.
    """
    now = entries_like(lock.entries, compiled, pins)
    # What an image is built from beside its base and its wheels is the runtime, whose operators are held.
    held = {name: value for name, value in lock.entries.items() if name != WHOLE_RECIPE}
    names = [*now, *(name for name in held if name not in now)]
    moved = {n: (held.get(n), now.get(n)) for n in names if held.get(n) != now.get(n)}
    if any(name == "spec" or name.startswith((INCLUDE, LEVELS)) for name in moved):
        for name in [n for n in moved if n.startswith((OPERATOR, COMPONENT)) and None in moved[n]]:
            del moved[name]
    was, is_now = moved.get("image", (None, None))
    if was is None or (is_now is None and not in_containers):
        moved.pop("image", None)
    return moved


ClaimState = Literal["locked", "grown", "added", "changed", "unlocked"]


def claim_states(compiled: Compiled, lock: Lock | None) -> dict[str, Any]:
    """What the report says of every claim.

    Returns:
        `locked`: whether there is a lock; `claims`: by claim `locked` (as it was before there were
        results), `grown` (the same, and its study was made larger after there were some), `added` or
        `changed` (after there were), or `unlocked`; `removed`: claims of the lock that the study no longer
        makes; `grew`, where some have: by claim how many results it was to have, from the first time on.
    """
    states = {c.name: _state(c, lock) for c in compiled.claims}
    removed = sorted(set(lock.claims) - set(states)) if lock is not None else []
    found: dict[str, Any] = {"locked": lock is not None, "claims": states, "removed": removed}
    grew = {name: _growth(lock.claims[name]) for name, state in states.items() if lock and state == "grown"}
    return found | ({"grew": grew} if grew else {})


def _growth(entry: Mapping[str, Any]) -> list[int]:
    """How many results a claim was to have each time that its study grew; nothing where it did not."""
    grew = entry.get("grew")
    return [number for number in grew if isinstance(number, int)] if isinstance(grew, list) else []


def _state(claim: ResolvedClaim, lock: Lock | None) -> ClaimState:
    if lock is None:
        return "unlocked"
    entry = lock.claims.get(claim.name)
    if entry is None:
        return "added"
    if entry.get("sha256") != claim_digest(claim):
        return "changed"
    if entry.get("results") == 0:
        return "grown" if len(_growth(entry)) > 1 else "locked"
    return "changed" if entry.get("was") == "changed" else "added"
