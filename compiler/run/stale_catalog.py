"""Whether the catalog is of the runtime here: what it says of operators and components may be of another."""

import importlib.util
import json
from collections.abc import Mapping

from heldout.compiler.catalog import load_catalog
from heldout.compiler.digests import digests_of
from heldout.compiler.lock import COMPONENT, OPERATOR
from heldout.compiler.run.runtime import ask_runtime

REMEDY = "the catalog is not this runtime's: `heldout catalog --update` writes it anew; then look again"


def is_stale(moved: Mapping[str, tuple[str | None, str | None]]) -> bool:
    """Whether operators or components have moved in the catalog alone, and are others in the runtime.

    Without a runtime nobody knows; a user's own are read anew each time.

    Args:
        moved: entries of a lock, each with what it has and what the catalog has.
    """
    shipped = digests_of(load_catalog())
    names = [
        name
        for entry, (_, now) in moved.items()
        for name in (entry.removeprefix(OPERATOR).removeprefix(COMPONENT),)
        if entry.startswith((OPERATOR, COMPONENT)) and now is not None and shipped.get(name) == now
    ]
    if not names or importlib.util.find_spec("torch") is None:
        return False
    answer = ask_runtime("definitions", "--digests", *names)
    if answer.returncode != 0:
        return False
    here: dict[str, str] = json.loads(answer.stdout)
    return any(here.get(name) != shipped[name] for name in names)
