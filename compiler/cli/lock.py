"""`heldout lock`: write down what a study claims and rests on, before it runs."""

import shlex
from typing import Annotated

import typer

from heldout.compiler.cli.containers import pins_or_stop
from heldout.compiler.compile import Compiled
from heldout.compiler.diagnostics import nearest
from heldout.compiler.files import write_if_changed
from heldout.compiler.images import Pins
from heldout.compiler.lock import WHOLE_CATALOG, Lock, claim_states, drift, lock_path, lock_text, make_lock
from heldout.compiler.run.workspace import RESULTS, STORE, Json, Results, Scale, Spec, StorePath, Workspace
from heldout.compiler.store.index import stored_tasks
from heldout.compiler.terminal import FAILED, INVALID, print_json, say, stop


def register(application: typer.Typer) -> None:
    application.command()(lock)


def lock(
    spec: Spec,
    scale: Scale = None,
    update: Annotated[
        list[str] | None, typer.Option("--update", help="Let this entry move; may be given several times.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what has moved; exit code 1 if anything.")
    ] = False,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Write down what a study claims and rests on.

    Its claims, its spec, the operators and components that it uses, the image and what it is made of,
    revisions and checksums. What the study does not use may change.

    Lock it before you run it: the report then says of every claim that it was made beforehand.
    A run refuses to go on when an entry of the lock has moved.

    Examples:

    \b
      heldout lock my-study.yaml
      heldout lock my-study.yaml --update spec --update "operator train/classifier"
    """
    workspace = Workspace.open(spec, scale, results, store, as_json)
    compiled, old, pins = workspace.compiled, workspace.lock, pins_or_stop()
    moved = drift(compiled, old, pins) if old is not None else {}
    if check:
        _say_drift(compiled, old, moved, as_json)
        raise typer.Exit(FAILED if moved or old is None else 0)
    _refuse(moved, update, old)
    new = make_lock(compiled, pins, old, stored_tasks(store))
    write_if_changed(lock_path(spec), lock_text(spec, scale, new))
    if as_json:
        print_json({"file": lock_path(spec).as_posix(), **claim_states(compiled, new)})
        return
    late = [name for name, entry in new.claims.items() if entry["results"]]
    say(f"locked {len(new.claims)} claims and {len(new.entries)} entries in {lock_path(spec)}")
    for name in late:
        count, was = new.claims[name]["results"], new.claims[name]["was"]
        say(
            f"the claim `{name}` was {was} when {count:,} of its results existed; the report says so",
            "yellow",
        )


def refuse_drift(workspace: Workspace, pins: Pins, in_containers: bool = False) -> None:
    """End with exit code 2 where an entry of the study's lock has moved.

    Args:
        workspace: of the study.
        pins: what the names of images stand for.
        in_containers: whether it is to run in its image.
    """
    compiled, locked = workspace.compiled, workspace.lock
    moved = drift(compiled, locked, pins, in_containers) if locked is not None else {}
    if moved:
        lines = "\n".join(_line(name, *values) for name, values in moved.items())
        options = " ".join(f"--update {shlex.quote(name)}" for name in moved)
        at = f" --scale {compiled.study.scale}" if compiled.study.scale else ""
        hint = f"restore it, or accept it with `heldout lock {compiled.study.file}{at} {options}`"
        stop(f"the study is locked, and this has moved:\n{lines}", INVALID, hint)


def _refuse(
    moved: dict[str, tuple[str | None, str | None]], update: list[str] | None, old: Lock | None
) -> None:
    allowed = set(update or ())
    unknown = sorted(allowed - set(moved))
    if unknown and old is not None:
        hint = nearest(unknown[0], moved) if moved else "nothing has moved"
        stop(f"`{unknown[0]}` has not moved since the study was locked", INVALID, hint)
    left = {name: values for name, values in moved.items() if name not in allowed}
    if left:
        lines = "\n".join(_line(name, *values) for name, values in left.items())
        stop(
            f"the study is locked, and this has moved:\n{lines}",
            INVALID,
            "name each with --update to accept it",
        )


def _say_drift(
    compiled: Compiled, old: Lock | None, moved: dict[str, tuple[str | None, str | None]], as_json: bool
) -> None:
    if as_json:
        named = {name: {"locked": was, "now": now} for name, (was, now) in moved.items()}
        print_json({**claim_states(compiled, old), "moved": named})
    elif old is None:
        say("the study is not locked at this scale: `heldout lock` does it")
    else:
        for name, values in moved.items():
            say(_line(name, *values), "yellow")
        if not moved:
            say("nothing has moved since the study was locked", "green")


def _line(name: str, was: str | None, now: str | None) -> str:
    told = f"  {name}: {_short(was)} -> {_short(now)}"
    if name != WHOLE_CATALOG:
        return told
    return (
        f"{told}, and a lock that holds the whole catalog cannot say whether what the study uses is the same"
    )


def _short(value: str | None) -> str:
    return "absent" if value is None else value if len(value) <= 28 else value[:27] + "…"
