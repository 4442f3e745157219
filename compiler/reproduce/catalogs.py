"""Whether the runtime here has the operators that an archive was computed with."""

from collections.abc import Iterable
from typing import NamedTuple

from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import Compiled
from heldout.compiler.plan.plan import Plan


class Other(NamedTuple):
    """An operator or component that is another one here.

    Attributes:
        missing: it is not here at all.
    """

    name: str
    missing: bool


def others(compiled: Compiled, plan: Plan, components: dict[str, str], here: Catalog) -> tuple[Other, ...]:
    """The operators and components of a plan whose source here is not the one that was archived.

    What the plan does not use may differ: no task's identity or result depends on it.

    Args:
        compiled: the archived study, with its own catalog.
        plan: the tasks that are to be computed.
        components: that they use, with their archived digests.
        here: the catalog of the runtime that would compute them.
    """
    used = {stage.operator for stage in plan.stages if stage.shards}
    digests = {name: compiled.catalog.operators[name].digest for name in used}
    known = {name: operator.digest for name, operator in here.operators.items()}
    known |= {f"{kind}/{n}": c.digest for kind, ones in here.components.items() for n, c in ones.items()}
    wanted = sorted({**digests, **components}.items())
    return tuple(Other(name, name not in known) for name, digest in wanted if known.get(name) != digest)


def other_claims(compiled: Compiled, here: Catalog) -> tuple[str, ...]:
    """The kinds of claims of a study that are judged in another way here than when it was archived."""
    kinds: Iterable[str] = sorted({claim.kind for claim in compiled.claims})
    return tuple(
        kind
        for kind in kinds
        if kind not in here.claims or here.claims[kind].digest != compiled.catalog.claims[kind].digest
    )


def named(found: tuple[Other, ...], most: int = 5) -> str:
    """Those that differ, in words."""
    words = [f"{one.name} is {'not here' if one.missing else 'another version'}" for one in found[:most]]
    more = f", and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(words) + more
