"""`heldout lock`: write down what a study claims and rests on, before it runs."""

from typing import Annotated

import typer

from heldout.compiler.cli.options import Json, Results, Scale, Spec, StorePath
from heldout.compiler.compile import Compiled
from heldout.compiler.files import write_if_changed
from heldout.compiler.images import read_pins
from heldout.compiler.lock import Lock, claim_states, drift, lock_path, lock_text, make_lock
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.drift import drift_line, refuse_unaccepted
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.store.index import stored_tasks
from heldout.compiler.terminal import FAILED, print_json, say
from heldout.compiler.words import counted

POSITION = 40


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
      heldout lock my-study.yaml --update spec
      heldout lock my-study.yaml --update "operator train/classifier"
    """
    workspace = Workspace.open(spec, scale, results, store)
    compiled, old, pins = workspace.compiled, workspace.lock, read_pins()
    moved = drift(compiled, old, pins) if old is not None else {}
    if check:
        _say_drift(compiled, old, moved, as_json)
        raise typer.Exit(FAILED if moved or old is None else 0)
    if old is not None:
        refuse_unaccepted(moved, update or ())
    elif update:
        raise Refusal("the study has no lock, so that nothing of it can have moved", "leave out `--update`")
    new = make_lock(compiled, pins, old, stored_tasks(store))
    write_if_changed(lock_path(spec), lock_text(spec, scale, new))
    if as_json:
        print_json({"file": lock_path(spec).as_posix(), **claim_states(compiled, new)})
        return
    late = [name for name, entry in new.claims.items() if entry["results"]]
    say(f"locked {counted(len(new.claims), 'claim')} and {len(new.entries)} entries in {lock_path(spec)}")
    for name in late:
        count, was = new.claims[name]["results"], new.claims[name]["was"]
        say(
            f"the claim `{name}` was {was} when {count:,} of its results existed; the report says so",
            "yellow",
        )
    for name, numbers in claim_states(compiled, new).get("grew", {}).items():
        say(
            f"the claim `{name}` grew from {numbers[-2]:,} results to {numbers[-1]:,} when some had come"
            " out; the report says so",
            "yellow",
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
            say(drift_line(name, *values), "yellow")
        if not moved:
            say("nothing has moved since the study was locked", "green")
