"""Whether the runtime here is the one that an archive was computed and judged with."""

from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import Compiled
from heldout.compiler.digests import LIBRARIES, Other, digests_of, others
from heldout.compiler.run.libraries import with_installed


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


def other_libraries(compiled: Compiled) -> tuple[str, ...]:
    """The libraries that are of another version here than they were for the archive, in words."""
    here = with_installed(compiled.catalog).libraries
    there = compiled.catalog.libraries
    used = [name.removeprefix(f"{LIBRARIES}/") for name in compiled.uses.libraries]
    return tuple(f"{name} {here[name]} for {there[name]}" for name in used if here[name] != there[name])
