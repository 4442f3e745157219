"""How many of the results that a claim rests on are missing, and why."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from heldout.runtime.claim import LevelOf, MetricName, Where
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.signature import component_parameters
from heldout.runtime.results.gather import coordinates_of
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.plan import tests_of
from heldout.runtime.results.results import Reason, Results
from heldout.runtime.results.row_keys import GROUP, along_of


def lost_cells(claim: Mapping[str, Any], results: Results) -> dict[str, int]:
    """The number of results that a claim rests on and that are missing, by reason; those of all its tests."""
    lost = {one for test in tests_of([claim]) for one in _lost(test, results)}
    return dict(sorted(Counter(reason for _, reason in lost).items()))


def _lost(claim: Mapping[str, Any], results: Results) -> set[tuple[Any, Reason]]:
    """What is missing, each with the reason.

    A claim reads the cells of its metrics' stages that its `where` keeps, at the levels that it
    names where it names some. It rests on these, and on the tasks that they were gathered from.
    """
    parameters = claim["parameters"]
    stages: set[str] = set()
    metrics: set[tuple[str, str | None, bool]] = set()
    levels: dict[str, list[Any]] = {}
    kept_to: list[tuple[str, Any]] = []
    for parameter in component_parameters(find(f"claims/{claim['kind']}")):
        value = parameters.get(parameter.name)
        for note in parameter.notes:
            if isinstance(note, MetricName) and value is not None:
                stages.add(value["stage"])
                own = (value["stage"], value["metric"], GROUP in along_of(value))
                metrics |= {(value["stage"], None, False), own}
            elif isinstance(note, LevelOf) and not note.among_all:
                for level in value if isinstance(value, list) else [value]:
                    cell = level if isinstance(level, Mapping) else {parameters.get(note.axis): level}
                    for axis, one in cell.items():
                        levels.setdefault(axis, []).append(one)
            elif isinstance(note, Where):
                kept_to += (value or {}).items()
    wanted = [(axis, among) for axis, among in levels.items() if axis is not None] + kept_to

    def read(coordinates: Mapping[str, Any]) -> bool:
        return all(_at(coordinates, results, axis, among) for axis, among in wanted)

    lost: set[tuple[Any, Reason]] = {
        (number, one.reason)
        for number, one in enumerate(results.missing)
        if (one.stage, one.metric, GROUP in one.coordinates) in metrics and read(one.coordinates)
    }
    return lost | {
        (lack.task, lack.reason)
        for stage in stages
        for cell, lacks in results.partial.get(stage, {}).items()
        if read(coordinates_of(results.stages[stage], cell))
        for lack in lacks
    }


def _at(coordinates: Mapping[str, Any], results: Results, axis: str, among: Any) -> bool:
    """Whether a cell lies at one of some levels; it does where its stage has no such axis."""
    if axis not in coordinates:
        return True
    levels = among if isinstance(among, list) else [among]
    if axis not in results.axes:  # a group: the claim found these levels there
        return level_text(coordinates[axis]) in map(level_text, levels)
    position = results.axes[axis].index
    return position(coordinates[axis]) in [position(level) for level in levels]


def lost_words(lost: Mapping[str, int]) -> str:
    """`Of the results that it rests on 3 are missing: 2 failed, 1 not run.`; empty where none is."""
    if not lost:
        return ""
    total = sum(lost.values())
    listed = ", ".join(f"{count} {reason}" for reason, count in lost.items())
    return f"Of the results that it rests on {total} {'is' if total == 1 else 'are'} missing: {listed}."
