"""What has moved since a study was locked, in words."""

import shlex
from collections.abc import Collection, Mapping

from heldout.compiler.diagnostics import nearest
from heldout.compiler.images import Pins
from heldout.compiler.lock import WHOLE_CATALOG, drift
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.stale_catalog import REMEDY, is_stale
from heldout.compiler.run.workspace import Workspace


def refuse_drift(workspace: Workspace, pins: Pins, in_containers: bool = False) -> None:
    """See that no entry of a study's lock has moved.

    Args:
        workspace: of the study.
        pins: what the names of images stand for.
        in_containers: whether it is to run in its image.

    Raises:
        Refusal: some have.
    """
    compiled, locked = workspace.compiled, workspace.lock
    moved = drift(compiled, locked, pins, in_containers) if locked is not None else {}
    if moved:
        options = " ".join(f"--update {shlex.quote(name)}" for name in moved)
        at = f" --scale {compiled.study.scale}" if compiled.study.scale else ""
        hint = f"restore it, or accept it with `heldout lock {compiled.study.file}{at} {options}`"
        raise Refusal(_moved_text(moved), REMEDY if is_stale(moved) else hint)


def refuse_unaccepted(moved: Mapping[str, tuple[str | None, str | None]], accepted: Collection[str]) -> None:
    """See that what has moved since a study was locked is accepted by name.

    Raises:
        Refusal: something is not, or a name is of something that has not moved.
    """
    if unknown := sorted(set(accepted) - set(moved)):
        hint = nearest(unknown[0], moved) if moved else "nothing has moved"
        raise Refusal(f"`{unknown[0]}` has not moved since the study was locked", hint)
    if left := {name: values for name, values in moved.items() if name not in accepted}:
        hint = REMEDY if is_stale(left) else "name each with --update to accept it"
        raise Refusal(_moved_text(left), hint)


def _moved_text(moved: Mapping[str, tuple[str | None, str | None]]) -> str:
    """That entries have moved, each with what the lock has and what holds now."""
    lines = "\n".join(drift_line(name, *values) for name, values in moved.items())
    return f"the study is locked, and this has moved:\n{lines}"


def drift_line(name: str, was: str | None, now: str | None) -> str:
    """An entry that has moved."""
    told = f"  {name}: {_short(was)} -> {_short(now)}"
    if name != WHOLE_CATALOG:
        return told
    return (
        f"{told}, and a lock that holds the whole catalog cannot say whether what the study uses is the same"
    )


def _short(value: str | None) -> str:
    return "absent" if value is None else value if len(value) <= 28 else value[:27] + "…"
