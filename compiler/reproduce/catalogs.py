"""Whether the runtime here is the one that an archive was computed and judged with."""

from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import Compiled
from heldout.compiler.digests import Other, digests_of, others


def other_operators(compiled: Compiled, here: Catalog) -> tuple[Other, ...]:
    """The operators and components whose source here is not the one that was archived.

    What the tasks do not use may differ: no identity or result depends on it.

    Args:
        compiled: the archived study with the tasks that are to be computed, and its own catalog.
        here: the catalog of the runtime that would compute them.
    """
    return others(compiled.uses.of_tasks, digests_of(here))


def other_claims(compiled: Compiled, here: Catalog) -> tuple[str, ...]:
    """The kinds of claims of a study that are judged in another way here than when it was archived."""
    found = others(compiled.uses.claims, digests_of(here))
    return tuple(one.name.removeprefix("claims/") for one in found)
