"""Which cells a claim reads have no result, and why."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from heldout.runtime.claim import LevelOf, MetricName, Where
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.signature import component_parameters
from heldout.runtime.results.results import Missing, Results


def lost_cells(claim: Mapping[str, Any], results: Results) -> dict[str, int]:
    """The number of cells without a result by reason (`failed`, `blocked`, `unreadable`, `not run`).

    A claim reads the cells of its metrics' stages that its `where` keeps, at the levels that it
    names where it names some.
    """
    parameters = claim["parameters"]
    stages: set[str] = set()
    levels: dict[str, list[Any]] = {}
    kept_to: list[tuple[str, Any]] = []
    for parameter in component_parameters(find(f"claims/{claim['kind']}")):
        value = parameters.get(parameter.name)
        for note in parameter.notes:
            if isinstance(note, MetricName) and value is not None:
                stages.add(value["stage"])
            elif isinstance(note, LevelOf):
                named = value if isinstance(value, list) else [value]
                levels.setdefault(parameters.get(note.axis), []).extend(named)
            elif isinstance(note, Where):
                kept_to += (value or {}).items()
    wanted = [*levels.items(), *kept_to]
    reasons = Counter(
        one.reason
        for one in results.missing
        if one.stage in stages and all(_at(one, results, axis, among) for axis, among in wanted)
    )
    return dict(sorted(reasons.items()))


def _at(missing: Missing, results: Results, axis: str, among: Any) -> bool:
    """Whether a cell lies at one of some levels; it does where its stage has no such axis."""
    if axis not in missing.coordinates:
        return True
    position = results.axes[axis].index
    levels = among if isinstance(among, list) else [among]
    return position(missing.coordinates[axis]) in [position(level) for level in levels]


def lost_words(lost: Mapping[str, int]) -> str:
    """`Of the cells that it reads 3 have no result: 2 failed, 1 not run.`; empty where all have one."""
    if not lost:
        return ""
    total = sum(lost.values())
    listed = ", ".join(f"{count} {reason}" for reason, count in lost.items())
    return f"Of the cells that it reads {total} {'has' if total == 1 else 'have'} no result: {listed}."
