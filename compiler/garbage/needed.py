"""What studies need of a store: the results of all their cells, with the operators that there are now."""

from collections.abc import Sequence
from pathlib import Path

from heldout.compiler.refusal import Refusal
from heldout.compiler.run.source import Source


def needed_tasks(specs: Sequence[Path], scales: Sequence[str] = ()) -> set[str]:
    """The tasks of all cells of studies.

    Args:
        specs: of the studies.
        scales: at these alone, of each study those that it has; without any, at all and as it stands.

    Raises:
        Refusal: no study has one of the scales; or a spec has mistakes, so that its tasks are unknown.
    """
    needed: set[str] = set()
    asked: set[str] = set()
    for spec in specs:
        source = Source.read(spec)
        known = source.scales
        asked |= set(known)
        for at in [one for one in known if one in scales] if scales else (None, *known):
            compiled = source.compile(at)
            needed |= {task for each in compiled.expansions.values() for task in each.ids if task is not None}
    if unknown := [name for name in scales if name not in asked]:
        there = f"there is {', '.join(sorted(asked))}" if asked else "the studies have none"
        raise Refusal(f"no study has a scale `{unknown[0]}`", there)
    return needed
